import {
  CuepointError,
  dateToMs,
  invalidDate,
  isDay,
  msToDate,
  readDate,
  type Viewing,
} from '@cuepoint/core';
import { callerOf, writerOf } from '../auth/authenticate.ts';
import { LIST_LIMIT_DEFAULT } from '../limits.ts';
import { listOf, withProblems } from '../schemas/answers.ts';
import {
  HistoryQuerySchema,
  PlayBodySchema,
  PlayParamsSchema,
  PlayRemovalSchema,
  PlayWriteSchema,
  ViewingSchema,
} from '../schemas/watching.ts';
import type { UserRates } from '../service/user-rates.ts';
import { addPlay, removePlays } from '../writes/change-history.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['history'];
const DAY_MS = 24 * 60 * 60_000;

export interface HistoryRouteDeps extends WriteDeps {
  readonly rates: Pick<UserRates, 'rows'>;
}

/** What was watched, and when. [PLY1] */
export function addHistoryRoutes(app: RouteApp, deps: HistoryRouteDeps): void {
  app.route({
    method: 'GET',
    url: '/history',
    schema: {
      operationId: 'listHistory',
      summary: 'What was watched, the latest first',
      description:
        'Plays of one content that begin less than its running time apart are one viewing. What nobody knows the time of ' +
        'comes last.',
      tags,
      querystring: HistoryQuerySchema,
      response: withProblems({ 200: listOf(ViewingSchema) }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { from, to, contentId, limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
      const { rows, ...page } = await deps.repository.readPlays(userId, {
        limit,
        ...(from === undefined ? {} : { fromMs: readMs('from', from) }),
        ...(to === undefined ? {} : { toMs: readMs('to', to) }),
        ...(contentId === undefined ? {} : { contentId }),
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      deps.rates.rows.add(userId, rows);
      return { ...page, items: page.items.map(toAnswer) };
    },
  });

  app.route({
    method: 'POST',
    url: '/history',
    schema: {
      operationId: 'addPlay',
      summary: 'Adds a viewing',
      description:
        '201 for a new play. With `playId` or `playbackId` a retry is 200 and adds none. It marks nothing as watched: see ' +
        '`PUT /watched/{contentId}`.',
      tags,
      body: PlayBodySchema,
      response: withProblems({ 200: PlayWriteSchema, 201: PlayWriteSchema }),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { watchedAt = msToDate(Math.floor(deps.now())), source, ...rest } = request.body;
      const { result, op } = await addPlay(deps, {
        ...rest,
        userId: caller.userId,
        deviceId: writerOf(caller),
        watchedAt: watchedAt ?? undefined,
        source,
      });
      void reply.code(result === 'applied' ? 201 : 200);
      const { playId, contentId } = op;
      return {
        result,
        playId,
        contentId,
        watchedAt: op.watchedAt ?? null,
        source: op.source ?? null,
      };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/history/:playId',
    schema: {
      operationId: 'removePlay',
      summary: 'Removes a viewing, and all plays that tell of it',
      tags,
      params: PlayParamsSchema,
      response: withProblems({ 200: PlayRemovalSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { userId } = caller;
      const viewing = await deps.awaitDatabase(() =>
        deps.repository.readViewing(userId, request.params.playId),
      );
      if (viewing === undefined) {
        throw new CuepointError('not_found', 'The history has no such play.');
      }
      const removedIds = [viewing.playId, ...viewing.alsoIds];
      await removePlays(deps, { userId, deviceId: writerOf(caller), playIds: removedIds });
      return { result: 'applied', removedIds };
    },
  });
}

function toAnswer({ playId, contentId, watchedAt, source, alsoIds }: Viewing) {
  return { playId, contentId, watchedAt: watchedAt ?? null, source: source ?? null, alsoIds };
}

/** Of a day `from` is its beginning and `to` its end, in UTC. */
function readMs(field: 'from' | 'to', text: string): number {
  const date = readDate(text);
  if (date === undefined) throw invalidDate(field);
  return dateToMs(date) + (field === 'to' && isDay(date) ? DAY_MS : 0);
}
