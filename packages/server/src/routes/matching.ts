import { Type } from 'typebox';
import { callerOf } from '../auth/authenticate.ts';
import {
  dropUnmatched,
  forgetHandMatch,
  listHandMatches,
  matchByHand,
} from '../matching/hand-match.ts';
import {
  listUnmatched,
  UNMATCHED_WORKS_MAX,
  type UnmatchedDeps,
} from '../matching/unmatched-works.ts';
import { listOf, withProblems } from '../schemas/answers.ts';
import {
  HandMatchSchema,
  MatchBodySchema,
  MatchWriteSchema,
  TitleSchema,
  TITLES_DEFAULT,
  TitlesQuerySchema,
  UnmatchedSchema,
  WorkParamsSchema,
} from '../schemas/matching.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['matching'];

/** What was reported and not recognised, and what the person says that it is. */
export function addMatchingRoutes(app: RouteApp, deps: UnmatchedDeps): void {
  app.route({
    method: 'GET',
    url: '/unmatched',
    schema: {
      operationId: 'listUnmatched',
      summary: 'Works that were reported and not recognised, the last reported first',
      description: `At most ${UNMATCHED_WORKS_MAX}: of more the one that nobody told of for the longest time is dropped. A series stands for its episodes.`,
      tags,
      response: withProblems({ 200: listOf(UnmatchedSchema) }),
    },
    handler: async (request) => {
      const works = await listUnmatched(deps, callerOf(request).userId);
      return {
        items: works.map(({ workId, work, reason, source, firstAtMs, lastAtMs, waiting }) => ({
          workId,
          work,
          reason,
          source,
          firstAt: new Date(firstAtMs).toISOString(),
          lastAt: new Date(lastAtMs).toISOString(),
          waiting: waiting.length,
        })),
        total: works.length,
      };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/unmatched/:workId',
    schema: {
      operationId: 'dropUnmatched',
      summary: 'Takes a work off that list, and what waits for it',
      description: 'Reported again it comes back.',
      tags,
      params: WorkParamsSchema,
      response: withProblems({ 204: Type.Null({ description: 'It is off the list.' }) }),
    },
    handler: async (request, reply) => {
      await dropUnmatched(deps, callerOf(request).userId, request.params.workId);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'GET',
    url: '/matches',
    schema: {
      operationId: 'listMatches',
      summary: 'What the person said that works are',
      tags,
      response: withProblems({ 200: listOf(HandMatchSchema) }),
    },
    handler: async (request) => {
      const items = await listHandMatches(deps, callerOf(request).userId);
      deps.rates.rows.add(callerOf(request).userId, items.length);
      return { items: [...items], total: items.length };
    },
  });

  app.route({
    method: 'PUT',
    url: '/matches/:workId',
    schema: {
      operationId: 'matchWork',
      summary: 'Says which content a work is, once and for all',
      description:
        'Everything that is reported of the work from now on counts for this content, before whatever the catalogue says; what ' +
        'waited for it counts as of when it happened. A content that nothing is known of gets what was told of the work.',
      tags,
      params: WorkParamsSchema,
      body: MatchBodySchema,
      response: withProblems({ 200: MatchWriteSchema }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { workId } = request.params;
      const { contentId } = request.body;
      const { work, applied } = await matchByHand(deps, { userId, workId, contentId });
      return { workId, work, contentId, applied };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/matches/:workId',
    schema: {
      operationId: 'forgetMatch',
      summary: 'Takes that back',
      description: 'What was counted for the content stays; what is reported from now on is not.',
      tags,
      params: WorkParamsSchema,
      response: withProblems({ 204: Type.Null({ description: 'It is forgotten.' }) }),
    },
    handler: async (request, reply) => {
      await forgetHandMatch(deps, callerOf(request).userId, request.params.workId);
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'GET',
    url: '/titles',
    schema: {
      operationId: 'searchTitles',
      summary: 'Films and series by words of their title',
      description:
        'Of the catalogue and of what the person’s devices know. Those of this very title come first.',
      tags,
      querystring: TitlesQuerySchema,
      response: withProblems({ 200: listOf(TitleSchema) }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { query, type, limit = TITLES_DEFAULT } = request.query;
      const types = type === undefined ? (['movie', 'series'] as const) : [type];
      const found = await deps.repository.searchTitles(userId, { query, types, limit });
      deps.rates.rows.add(userId, found.length);
      return { items: found.map(({ contentId, facts }) => Object.assign({ contentId }, facts)) };
    },
  });
}
