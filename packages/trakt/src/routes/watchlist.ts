import { addRoute } from '../http/add-route.ts';
import { bodyOf } from '../http/take-bodies.ts';
import { countOf, listOf, type Fields } from '../items/fields.ts';
import type { Media } from '../items/media.ts';
import { msToAnswer } from '../lists/dates.ts';
import { toWatchlistItem } from '../lists/items.ts';
import type { TraktScope } from '../plugin.ts';
import type { TraktCaller } from '../ports.ts';
import { seriesOf } from '../reading/library.ts';
import { readSaid, readWatchlist, type Listed } from '../reading/paged.ts';
import {
  echoOf,
  mapSome,
  noneOfEach,
  nothingMissing,
  readAskedLists,
  resolveAll,
} from '../writing/asked-lists.ts';
import { keepSaid } from '../writing/keep-said.ts';
import { addPersonalList, type ListRequest } from './lists-of-person.ts';

/** A list of contents that a person puts things on: the watchlist, and what they like most. */
interface KeptList {
  readonly path: 'watchlist' | 'favorites';
  readonly read: (userId: string) => Promise<readonly Listed[]>;
  readonly add: (caller: TraktCaller, contentId: string) => Promise<void>;
  readonly remove: (caller: TraktCaller, contentId: string) => Promise<void>;
}

export function addWatchlistRoutes(scope: TraktScope): void {
  const { changes, paged } = scope.ports;
  addKeptList(scope, {
    path: 'watchlist',
    read: (userId) => readWatchlist(paged, userId),
    add: (caller, contentId) => changes.addToWatchlist(caller, contentId),
    remove: (caller, contentId) => changes.removeFromWatchlist(caller, contentId),
  });
  addKeptList(scope, {
    path: 'favorites',
    // Of one moment by id, as they are read.
    read: async (userId) =>
      (await readSaid(paged, userId, 'favorite')).toSorted((a, b) => a.atMs - b.atMs),
    add: (caller, contentId) => changes.say(caller, 'favorite', contentId, true),
    remove: (caller, contentId) => changes.say(caller, 'favorite', contentId, null),
  });
}

function addKeptList(scope: TraktScope, list: KeptList): void {
  const { app, callerOf, ports } = scope;
  for (const path of ['', '/:type', '/:type/:sortBy', '/:type/:sortBy/:sortHow']) {
    addPersonalList(scope, `/${list.path}${path}`, (request) => readItems(scope, list, request));
  }

  addRoute(app, 'POST', `/sync/${list.path}`, async (request, reply) => {
    const caller = callerOf(request);
    const { entries, contents, notFound } = await readContents(scope, caller, bodyOf(request));
    const there = await contentsOn(scope, list, caller.userId);
    const [added, existing] = [noneOfEach(), noneOfEach()];
    const named = await mapSome(contents, async ({ index, contentId }) => ({
      name: entries[index]?.list ?? 'movies',
      contentId,
      canonical: await there.canonical(contentId),
    }));
    const fresh = named.filter(({ name, canonical }) => {
      const isThere = there.ids.has(canonical);
      (isThere ? existing : added)[name] += 1;
      there.ids.add(canonical);
      return !isThere;
    });
    // Nothing is waited for between two of them: what was named first is stamped first.
    await mapSome(fresh, ({ contentId }) => list.add(caller, contentId));
    void reply.code(201);
    return { added, existing, not_found: notFound, list: toList(there.ids.size, ports.now()) };
  });

  addRoute(app, 'POST', `/sync/${list.path}/remove`, async (request) => {
    const caller = callerOf(request);
    const { entries, contents, notFound } = await readContents(scope, caller, bodyOf(request));
    const there = await contentsOn(scope, list, caller.userId);
    const deleted = noneOfEach();
    await mapSome(contents, async ({ index, contentId }) => {
      const canonical = await there.canonical(contentId);
      if (!there.ids.delete(canonical)) return;
      deleted[entries[index]?.list ?? 'movies'] += 1;
      for (const name of there.namesOf(canonical)) await list.remove(caller, name);
    });
    return { deleted, not_found: notFound, list: toList(there.ids.size, ports.now()) };
  });

  // The order of this list is the one in which things came on it: nothing is moved, and each is said to be skipped.
  addRoute(app, 'POST', `/sync/${list.path}/reorder`, async (request) => {
    const rank = listOf(bodyOf(request)['rank']).flatMap((id) => countOf(id) ?? []);
    return { updated: 0, skipped_ids: rank };
  });
}

const TYPES: Readonly<Record<string, Media['type']>> = {
  movie: 'movie',
  movies: 'movie',
  show: 'show',
  shows: 'show',
  episode: 'episode',
  episodes: 'episode',
};

async function readItems(
  { media, library }: TraktScope,
  list: KeptList,
  { caller: { userId }, params, page }: ListRequest,
): Promise<{ readonly items: readonly unknown[]; readonly itemCount: number }> {
  const listed = await list.read(userId);
  const found = await media.mediaOf(
    userId,
    listed.map(({ contentId }) => contentId),
  );
  const { type = 'all', sortBy = 'rank', sortHow = 'asc' } = params;
  const types = new Set(type.split(',').map((name) => TYPES[name]));
  const isAll = type === 'all';
  const seen = new Set<string>();
  const items = listed.flatMap(({ contentId, atMs }) => {
    const one = found.get(contentId);
    // One that is on it by two names is on it once.
    if (one === undefined || seen.has(one.contentId)) return [];
    seen.add(one.contentId);
    return isAll || types.has(one.type) ? [{ one, atMs }] : [];
  });
  const ranked = items.map(({ one, atMs }, index) => ({ one, atMs, rank: index + 1 }));
  const sorted = sortHow === 'desc' ? ranked.toReversed() : ranked;
  if (sortBy === 'title') {
    const sign = sortHow === 'desc' ? -1 : 1;
    sorted.sort((a, b) => sign * (titleOf(a.one) < titleOf(b.one) ? -1 : 1));
  }
  const { page: number, limit } = page ?? { page: 1, limit: sorted.length };
  const shown = sorted.slice((number - 1) * limit, number * limit);
  const airedOf = await library.aired(userId, seriesOf(shown.map(({ one }) => one)));
  return {
    items: shown.map(({ one, atMs, rank }) =>
      toWatchlistItem(one, { listedAtMs: atMs, rank }, airedOf),
    ),
    itemCount: sorted.length,
  };
}

function titleOf(media: Media): string {
  return media.type === 'movie' ? media.movie.title : media.show.title;
}

/** What the entries of a body mean, each content once. */
async function readContents(scope: TraktScope, caller: TraktCaller, body: Fields) {
  const entries = readAskedLists(body);
  const resolved = await resolveAll(scope, caller.userId, entries);
  const notFound = nothingMissing();
  const contents: { readonly index: number; readonly contentId: string }[] = [];
  for (const [index, entry] of entries.entries()) {
    const found = resolved[index];
    if (found === undefined) notFound[entry.list].push(echoOf(entry));
    else contents.push({ index, contentId: found.contentId });
  }
  await keepSaid(
    scope,
    caller,
    resolved.flatMap((one) => one?.said ?? []),
  );
  return { entries, contents, notFound };
}

async function contentsOn({ ports }: TraktScope, list: KeptList, userId: string) {
  const listed = (await list.read(userId)).map(({ contentId }) => contentId);
  const { describe } = await ports.repository.readContents(userId, listed);
  const canonicalOf = new Map<string, string>();
  for (const name of listed) canonicalOf.set(name, describe.canonical(name));
  return {
    ids: new Set(canonicalOf.values()),
    async canonical(contentId: string): Promise<string> {
      const viewed = await ports.repository.readContents(userId, [contentId]);
      return viewed.describe.canonical(contentId);
    },
    namesOf: (canonical: string) =>
      [...canonicalOf].flatMap(([name, id]) => (id === canonical ? [name] : [])),
  };
}

function toList(itemCount: number, nowMs: number) {
  return { updated_at: msToAnswer(nowMs), item_count: itemCount };
}
