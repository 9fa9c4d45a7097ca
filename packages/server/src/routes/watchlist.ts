import { opToWire } from '@cuepoint/core';
import { callerOf, writerOf } from '../auth/authenticate.ts';
import { instantOf } from '../http/instant.ts';
import { LIST_LIMIT_DEFAULT } from '../limits.ts';
import {
  listOf,
  WatchlistItemSchema,
  WatchlistRemovalSchema,
  WatchlistWriteSchema,
  withProblems,
} from '../schemas/answers.ts';
import {
  ContentParamsSchema,
  ListQuerySchema,
  WatchlistAddBodySchema,
} from '../schemas/requests.ts';
import { addToWatchlist, removeFromWatchlist } from '../writes/change-watchlist.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['watchlist'];

export function addWatchlistRoutes(app: RouteApp, deps: WriteDeps): void {
  app.route({
    method: 'GET',
    url: '/watchlist',
    schema: {
      operationId: 'listWatchlist',
      summary: 'The watchlist, ordered by content id',
      tags,
      querystring: ListQuerySchema,
      response: withProblems({ 200: listOf(WatchlistItemSchema) }),
    },
    handler: async (request) => {
      const { limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
      const page = await deps.repository.listWatchlist(callerOf(request).userId, {
        limit,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      return {
        ...page,
        items: page.items.map(({ contentId, addedAtMs, deviceId, tags: liveTags }) => ({
          contentId,
          addedAt: instantOf(Math.min(addedAtMs, deps.now())),
          deviceId,
          tags: liveTags,
        })),
      };
    },
  });

  app.route({
    method: 'PUT',
    url: '/watchlist/:contentId',
    schema: {
      operationId: 'addToWatchlist',
      summary: 'Adds a content',
      description:
        '201 for a new add. A repeat by the same device, or of the same tag, is 200 and adds nothing; ' +
        'another device mints an add of its own.',
      tags,
      params: ContentParamsSchema,
      body: WatchlistAddBodySchema,
      response: withProblems({ 200: WatchlistWriteSchema, 201: WatchlistWriteSchema }),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { contentId } = request.params;
      const { result, added, winner } = await addToWatchlist(deps, {
        userId: caller.userId,
        deviceId: writerOf(caller),
        contentId,
        tag: request.body.tag,
      });
      void reply.code(result === 'applied' ? 201 : 200);
      return {
        result,
        contentId,
        ...(added === undefined
          ? { tags: [] }
          : {
              addedAt: instantOf(Math.min(added.stamp.timestamp.physical, deps.now())),
              deviceId: added.stamp.deviceId,
              tags: [added.tag],
            }),
        ...(winner === undefined ? {} : { winner: opToWire(winner) }),
      };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/watchlist/:contentId',
    schema: {
      operationId: 'removeFromWatchlist',
      summary: 'Removes a content',
      description: 'Removes the adds that are there now; an add made at the same moment survives.',
      tags,
      params: ContentParamsSchema,
      response: withProblems({ 200: WatchlistRemovalSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { contentId } = request.params;
      const { result, removedTags } = await removeFromWatchlist(deps, {
        userId: caller.userId,
        deviceId: writerOf(caller),
        contentId,
      });
      return { result, contentId, removedTags: [...removedTags] };
    },
  });
}
