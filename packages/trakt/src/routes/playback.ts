import type { FastifyRequest } from 'fastify';
import { notFound } from '../http/trakt-error.ts';
import { fieldsOf, numberOf, textOf } from '../items/fields.ts';
import { isNumber } from '../items/slug.ts';
import { pageHeaders, pageOf, readPage } from '../lists/pages.ts';
import type { TraktScope } from '../plugin.ts';
import { listPlaces } from '../scrobble/list-places.ts';

const PATHS = [
  ['/sync/playback', undefined],
  ['/sync/playback/movies', 'movie'],
  ['/sync/playback/episodes', 'episode'],
] as const;

/** Where a person is, by content: the number of a place is the one of its content. [TRK2] */
export function addPlaybackRoutes({ app, ports, media, items, callerOf }: TraktScope): void {
  for (const [url, type] of PATHS) {
    app.route({
      method: 'GET',
      url,
      handler: async (request, reply) => {
        const query = fieldsOf(request.query) ?? {};
        const { userId } = callerOf(request);
        const all = await listPlaces(ports, media, userId, {
          type,
          startMs: dateOf(query['start_at']) ?? 0,
          endMs: dateOf(query['end_at']) ?? Infinity,
        });
        const page = readPage(query);
        return reply.headers(pageHeaders(page, all.length)).send(pageOf(all, page));
      },
    });
  }

  app.route({
    method: 'DELETE',
    url: '/sync/playback/:id',
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const number = numberOf(idOf(request)) ?? 0;
      const contentId = isNumber(number) ? await items.contentOf(caller.userId, number) : undefined;
      if (contentId === undefined || !(await ports.places.forget(caller, contentId))) {
        throw notFound('There is no such place.');
      }
      return reply.code(204).send();
    },
  });
}

function idOf({ params }: FastifyRequest): unknown {
  return (fieldsOf(params) ?? {})['id'];
}

function dateOf(value: unknown): number | undefined {
  const ms = Date.parse(textOf(value) ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
