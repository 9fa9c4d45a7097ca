import { addRoute } from '../http/add-route.ts';
import { bodyOf } from '../http/take-bodies.ts';
import { countOf } from '../items/fields.ts';
import type { Media } from '../items/media.ts';
import { toRatingItem } from '../lists/items.ts';
import type { TraktScope } from '../plugin.ts';
import { seriesOf } from '../reading/library.ts';
import { readSaid } from '../reading/paged.ts';
import {
  echoOf,
  mapSome,
  noneOfEach,
  nothingMissing,
  readAskedLists,
  resolveAll,
} from '../writing/asked-lists.ts';
import { keepSaid } from '../writing/keep-said.ts';
import { addPersonalList } from './lists-of-person.ts';

const TYPES: Readonly<Record<string, Media['type']>> = {
  movies: 'movie',
  shows: 'show',
  episodes: 'episode',
};

/** What a person gave from one to ten, as the register `rating` has it. */
export function addRatingRoutes(scope: TraktScope): void {
  const { app, callerOf, ports, media, library } = scope;

  for (const path of ['/ratings', '/ratings/:type', '/ratings/:type/:rating']) {
    addPersonalList(scope, path, async ({ caller: { userId }, params }) => {
      const { type = 'all', rating } = params;
      const asked = rating?.split(',').map(Number);
      const said = await readSaid(ports.paged, userId, 'rating');
      const found = await media.mediaOf(
        userId,
        said.map(({ contentId }) => contentId),
      );
      const airedOf = await library.aired(userId, seriesOf(found.values()));
      return said.flatMap(({ contentId, value, atMs }) => {
        const one = found.get(contentId);
        if (one === undefined || typeof value !== 'number') return [];
        if (type !== 'all' && TYPES[type] !== one.type) return [];
        if (asked !== undefined && !asked.includes(value)) return [];
        return [toRatingItem(one, { rating: value, ratedAtMs: atMs }, airedOf)];
      });
    });
  }

  addRoute(app, 'POST', '/sync/ratings', async (request, reply) => {
    const caller = callerOf(request);
    const entries = readAskedLists(bodyOf(request));
    const resolved = await resolveAll(scope, caller.userId, entries);
    await keepSaid(
      scope,
      caller,
      resolved.flatMap((one) => one?.said ?? []),
    );
    const [added, notFound] = [noneOfEach(), nothingMissing()];
    await mapSome([...entries.entries()], async ([index, entry]) => {
      const found = resolved[index];
      const rating = countOf(entry.fields['rating']);
      if (found === undefined || rating === undefined || rating < 1 || rating > 10) {
        notFound[entry.list].push(echoOf(entry));
        return;
      }
      await ports.changes.say(caller, 'rating', found.contentId, rating);
      added[entry.list] += 1;
    });
    void reply.code(201);
    return { added, not_found: notFound };
  });

  addRoute(app, 'POST', '/sync/ratings/remove', async (request) => {
    const caller = callerOf(request);
    const entries = readAskedLists(bodyOf(request));
    const resolved = await resolveAll(scope, caller.userId, entries);
    const [deleted, notFound] = [noneOfEach(), nothingMissing()];
    const rated = new Set(
      (await readSaid(ports.paged, caller.userId, 'rating')).map(({ contentId }) => contentId),
    );
    await mapSome([...entries.entries()], async ([index, entry]) => {
      const found = resolved[index];
      if (found === undefined) {
        notFound[entry.list].push(echoOf(entry));
        return;
      }
      const viewed = await ports.repository.readContents(caller.userId, [found.contentId]);
      const names = [...viewed.state.contentIds()].filter((name) => rated.has(name));
      for (const name of names) await ports.changes.say(caller, 'rating', name, null);
      if (names.length > 0) deleted[entry.list] += 1;
    });
    return { deleted, not_found: notFound };
  });
}
