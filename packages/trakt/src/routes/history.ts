import { dateToMs, readDate } from '@cuepoint/core';
import { addRoute } from '../http/add-route.ts';
import { bodyOf } from '../http/take-bodies.ts';
import { describedIn } from '../items/media.ts';
import { toHistoryItem } from '../lists/items.ts';
import { playsToldAgain } from '../lists/join-watched.ts';
import type { PlaysFilter } from '../list-ports.ts';
import { PAGE_LIMIT_MAX } from '../lists/pages.ts';
import type { TraktScope } from '../plugin.ts';
import { runningSecondsIn, seriesOf } from '../reading/library.ts';
import { addHistory, removeHistory } from '../writing/change-history.ts';
import { addPersonalList, type ListRequest } from './lists-of-person.ts';

const TYPES: Readonly<Record<string, readonly string[]>> = {
  movie: ['movie'],
  movies: ['movie'],
  show: ['episode'],
  shows: ['episode'],
  season: ['episode'],
  seasons: ['episode'],
  episode: ['episode'],
  episodes: ['episode'],
  all: ['movie', 'episode'],
};

/** What was watched when, page by page, and changes of it. */
export function addHistoryRoutes(scope: TraktScope): void {
  for (const path of ['/history', '/history/:type', '/history/:type/:id']) {
    addPersonalList(scope, path, (request) => readHistory(scope, request));
  }

  addRoute(scope.app, 'POST', '/sync/history', async (request, reply) => {
    const added = await addHistory(scope, scope.callerOf(request), bodyOf(request));
    void reply.code(201);
    return added;
  });

  addRoute(scope.app, 'POST', '/sync/history/remove', async (request) =>
    removeHistory(scope, scope.callerOf(request), bodyOf(request)),
  );
}

async function readHistory(
  scope: TraktScope,
  { caller: { userId }, params, query, page }: ListRequest,
): Promise<{ readonly items: readonly unknown[]; readonly itemCount: number }> {
  const { ports, media, library } = scope;
  const nothing = { items: [], itemCount: 0 };
  const types = TYPES[params['type'] ?? 'all'];
  if (types === undefined) return nothing;
  const { id } = params;
  const contentIds = id === undefined ? undefined : await namesOf(scope, userId, id);
  if (contentIds?.length === 0) return nothing;
  const filter: PlaysFilter = {
    ...boundsOf(query),
    types,
    ...(contentIds === undefined ? {} : { contentIds }),
    known: await knownOf(scope, userId, types),
    without: await toldAgain(scope, userId),
  };
  const itemCount = await ports.lists.countPlays(userId, filter);
  const { page: number, limit } = page ?? { page: 1, limit: Math.max(itemCount, 1) };
  const items: unknown[] = [];
  // The whole list is read in pieces too: each costs what it gives.
  for (let read = 0; read < limit; read += PAGE_LIMIT_MAX) {
    const offset = (number - 1) * limit + read;
    if (offset >= itemCount) break;
    const piece = { offset, limit: Math.min(limit - read, PAGE_LIMIT_MAX) };
    const plays = await ports.lists.listPlays(userId, { ...filter, ...piece });
    const found = await media.mediaOf(userId, [
      ...new Set(plays.map(({ contentId }) => contentId)),
    ]);
    const airedOf = await library.aired(userId, seriesOf(found.values()));
    for (const play of plays) {
      const one = found.get(play.contentId);
      if (one !== undefined && one.type !== 'show') items.push(toHistoryItem(play, one, airedOf));
    }
  }
  return { items, itemCount };
}

function boundsOf(query: ListRequest['query']): { fromMs?: number; toMs?: number } {
  const fromMs = msOf(query['start_at']);
  const toMs = msOf(query['end_at']);
  return { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
}

function msOf(value: unknown): number | undefined {
  // A plus of a zone is a space in a query.
  const date = typeof value === 'string' ? readDate(value.replace(' ', '+')) : undefined;
  return date === undefined ? undefined : dateToMs(date);
}

/** Every name of a film or an episode, or of all that is in a series or a season. */
async function namesOf(
  { ports, items }: TraktScope,
  userId: string,
  id: string,
): Promise<string[]> {
  const number = /^\d{1,10}$/.test(id) ? Number(id) : undefined;
  if (number === undefined) return [];
  const [, seriesName, season] =
    /^(.+):s(\d+)$/.exec((await ports.numbers.namesOf(userId, [number])).get(number) ?? '') ?? [];
  const contentId = seriesName ?? (await items.contentOf(userId, number));
  if (contentId === undefined) return [];
  const viewed = await ports.repository.readViewed(userId, [contentId]);
  const asked = viewed.describe.canonical(contentId);
  const isAll = seriesName === undefined && describedIn(viewed, asked).type !== 'episode';
  return [...viewed.state.contentIds()].filter((name) => {
    const canonical = viewed.describe.canonical(name);
    if (season !== undefined) return describedIn(viewed, canonical).season === Number(season);
    return isAll || canonical === asked;
  });
}

/** Names whose type is known under another name alone, or by what they look like. */
async function knownOf(
  { ports }: TraktScope,
  userId: string,
  types: readonly string[],
): Promise<string[]> {
  const unknown = await ports.lists.listUnknownPlayed(userId);
  if (unknown.length === 0) return [];
  const viewed = await ports.repository.readContents(userId, unknown);
  return unknown.filter((name) => {
    const { type } = describedIn(viewed, viewed.describe.canonical(name));
    return type !== undefined && types.includes(type);
  });
}

/** [PLY1] */
async function toldAgain({ ports }: TraktScope, userId: string): Promise<string[]> {
  const plays = await ports.lists.listClosePlays(userId);
  if (plays.length === 0) return [];
  const contentIds = [...new Set(plays.map(({ contentId }) => contentId))];
  const viewed = await ports.repository.readContents(userId, contentIds);
  return playsToldAgain(plays, (contentId) => runningSecondsIn(viewed, contentId));
}
