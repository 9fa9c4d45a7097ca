import {
  CONTINUE_WATCHING_POLICY,
  createWatchingList,
  groupOf,
  type Verdict,
} from '@cuepoint/core';
import { callerOf, writerOf } from '../auth/authenticate.ts';
import { CARDS_DEFAULT } from '../limits.ts';
import { withProblems } from '../schemas/answers.ts';
import {
  ContinueWatchingQuerySchema,
  ContinueWatchingSchema,
  DismissalSchema,
  GroupParamsSchema,
  SeriesParamsSchema,
  UpNextSchema,
} from '../schemas/watching.ts';
import { readContinueWatching } from '../watching/read-list.ts';
import { toListedVerdict } from '../watching/to-verdict.ts';
import { setRegister, type RegisterDeps } from '../writes/set-register.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['continue watching'];

export function addContinueWatchingRoutes(app: RouteApp, deps: RegisterDeps): void {
  const { repository, rates, now } = deps;

  app.route({
    method: 'GET',
    url: '/continue-watching',
    schema: {
      operationId: 'continueWatching',
      summary: 'What the user goes on with: one card a series, or a content without one',
      description:
        'By when the person last did something with it; what a timer reports moves no card. The rules are in ' +
        'docs/continue-watching.md.',
      tags,
      querystring: ContinueWatchingQuerySchema,
      response: withProblems({ 200: ContinueWatchingSchema }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { limit = CARDS_DEFAULT, explain } = request.query;
      const page = await readContinueWatching(repository, userId, { limit, nowMs: now() });
      rates.rows.add(userId, page.rows);
      const isExplained = explain === 'true';
      const tell = (verdict: Verdict) =>
        toListedVerdict(verdict, page.viewed.describe, isExplained);
      return {
        items: page.cards.map(tell),
        isTruncated: page.isTruncated,
        ...(isExplained ? { hidden: page.hidden.map(tell) } : {}),
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/up-next/:seriesId',
    schema: {
      operationId: 'upNext',
      summary: 'What a series goes on with, dismissed or not',
      description:
        'Its first episode where nothing of it was begun. Of a content without a series: itself.',
      tags,
      params: SeriesParamsSchema,
      response: withProblems({ 200: UpNextSchema }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { seriesId } = request.params;
      const viewed = await repository.readViewed(userId, [seriesId]);
      rates.rows.add(userId, viewed.rows);
      const { state, describe } = viewed;
      const list = createWatchingList({ state, describe, policy: CONTINUE_WATCHING_POLICY });
      return toListedVerdict(list.upNext(seriesId, now()), describe, true);
    },
  });

  for (const [name, value, summary] of [
    ['dismiss', true, 'Takes a group off the list until the person engages with it again'],
    ['restore', null, 'Takes a dismissal back'],
  ] as const) {
    app.route({
      method: 'POST',
      url: `/continue-watching/:groupId/${name}`,
      schema: {
        operationId: name,
        summary,
        description:
          'By the id of the group or of a content in it. Positions, history and what is watched stay as they are.',
        tags,
        params: GroupParamsSchema,
        response: withProblems({ 200: DismissalSchema }),
      },
      handler: async (request) => {
        const caller = callerOf(request);
        const { userId } = caller;
        const { describe } = await deps.awaitDatabase(() =>
          repository.readContents(userId, [request.params.groupId]),
        );
        const groupId = groupOf(request.params.groupId, describe);
        const write = { userId, deviceId: writerOf(caller), kind: 'dismissed', value };
        const { result } = await setRegister(deps, { ...write, key: groupId });
        return { result, groupId };
      },
    });
  }
}
