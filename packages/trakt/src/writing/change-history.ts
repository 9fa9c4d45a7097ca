import { msToDate, readDate } from '@cuepoint/core';
import { countOf, listOf, type Fields } from '../items/fields.ts';
import { HISTORY_SOURCE, playIdsOf } from '../lists/items.ts';
import { PAGE_LIMIT_MAX } from '../lists/pages.ts';
import type { WatchedAdd } from '../list-ports.ts';
import type { TraktScope } from '../plugin.ts';
import type { TraktCaller } from '../ports.ts';
import { groupBy } from '../reading/library.ts';
import { readTargets, type HistoryTarget } from './history-targets.ts';
import { keepSaid } from './keep-said.ts';
import { readWatchedAt } from './watched-at.ts';

/** Adds what a client says was watched. The same item at the same time again adds nothing. [TRK3] */
export async function addHistory(scope: TraktScope, caller: TraktCaller, body: Fields) {
  const { ports } = scope;
  const { targets, notFound } = await readTargets(scope, caller.userId, body);
  await keepSaid(
    scope,
    caller,
    targets.flatMap(({ said }) => said),
  );
  const nowMs = ports.now();
  const adds = targets.map((target): WatchedAdd => {
    const watchedAt = dateOf(target, nowMs);
    return {
      contentId: target.contentId,
      watchedAt,
      playbackId: `watched ${watchedAt ?? 'unknown'}`,
      source: HISTORY_SOURCE,
    };
  });
  const results = await ports.changes.addWatched(caller, adds);
  const added = { movies: 0, episodes: 0 };
  for (const [index, target] of targets.entries()) {
    if (results[index] === true) added[target.of] += 1;
  }
  return { added, updated: { movies: 0, episodes: 0 }, not_found: notFound };
}

function dateOf({ watchedAt, releasedAt }: HistoryTarget, nowMs: number): string | undefined {
  const asked = readWatchedAt(watchedAt, nowMs);
  switch (asked.kind) {
    case 'at':
      return asked.date;
    case 'now':
      return msToDate(Math.floor(nowMs));
    case 'released':
      return releasedAt === undefined ? undefined : readDate(releasedAt);
    case 'unknown':
      return undefined;
  }
}

/** Removes all viewings of items, and those of some ids. What was not viewed any more is not watched any more. */
export async function removeHistory(scope: TraktScope, caller: TraktCaller, body: Fields) {
  const { ports } = scope;
  const { userId } = caller;
  const { targets, notFound } = await readTargets(scope, userId, body);
  const deleted = { movies: 0, episodes: 0 };
  const byName = new Map<string, HistoryTarget>();
  if (targets.length > 0) {
    const viewed = await ports.repository.readContents(
      userId,
      targets.map(({ contentId }) => contentId),
    );
    const byContent = new Map(
      targets.map((target) => [viewed.describe.canonical(target.contentId), target]),
    );
    for (const name of viewed.state.contentIds()) {
      const target = byContent.get(viewed.describe.canonical(name));
      if (target !== undefined) byName.set(name, target);
    }
  }
  const watched =
    byName.size === 0 ? [] : await ports.lists.readWatched(userId, [...byName.keys()]);
  for (const { name, plays, mark } of watched) {
    const target = byName.get(name);
    if (target !== undefined) deleted[target.of] += Math.max(plays.length, mark?.isWatched ? 1 : 0);
  }
  await ports.changes.removePlays(caller, await playsOf(scope, userId, [...byName.keys()]));
  const { ids, contents } = await removeByIds(scope, caller, listOf(body['ids']));
  for (const { isMovie } of contents) deleted[isMovie ? 'movies' : 'episodes'] += 1;
  await unmark(scope, caller, [...byName.keys(), ...contents.map(({ contentId }) => contentId)]);
  return { deleted, not_found: { ...notFound, ids } };
}

async function playsOf(
  { ports }: TraktScope,
  userId: string,
  names: readonly string[],
): Promise<string[]> {
  const playIds: string[] = [];
  if (names.length === 0) return playIds;
  for (;;) {
    const plays = await ports.lists.listPlays(userId, {
      contentIds: names,
      types: [],
      known: names,
      without: [],
      offset: playIds.length,
      limit: PAGE_LIMIT_MAX,
    });
    playIds.push(...plays.map(({ playId }) => playId));
    if (plays.length < PAGE_LIMIT_MAX) return playIds;
  }
}

interface RemovedById {
  /** Those that no play has. */
  readonly ids: readonly number[];
  readonly contents: readonly { readonly contentId: string; readonly isMovie: boolean }[];
}

async function removeByIds(
  { ports, media }: TraktScope,
  caller: TraktCaller,
  asked: readonly unknown[],
): Promise<RemovedById> {
  const { userId } = caller;
  const numbers = asked.flatMap((id) => countOf(id) ?? []);
  const ranges = numbers.map(playIdsOf);
  const plays = await ports.lists.findPlays(
    userId,
    ranges.flatMap((range) => (range === undefined ? [] : [range])),
  );
  const found = plays.map(({ playId }) => playId);
  await ports.changes.removeViewings(caller, found);
  const contents = await media.mediaOf(userId, [
    ...new Set(plays.map(({ contentId }) => contentId)),
  ]);
  return {
    ids: numbers.filter((_, index) => {
      const range = ranges[index];
      return range === undefined || !found.some((id) => id >= range[0] && id <= range[1]);
    }),
    contents: plays.map(({ contentId }) => ({
      contentId,
      isMovie: contents.get(contentId)?.type === 'movie',
    })),
  };
}

/** What has no viewing left is not watched, by whatever name. */
async function unmark(
  { ports }: TraktScope,
  caller: TraktCaller,
  contentIds: readonly string[],
): Promise<void> {
  if (contentIds.length === 0) return;
  const { userId } = caller;
  const viewed = await ports.repository.readContents(userId, contentIds);
  const names = [...viewed.state.contentIds()];
  const watched = await ports.lists.readWatched(userId, names);
  const byContent = groupBy(watched, ({ name }) => viewed.describe.canonical(name));
  for (const [contentId, told] of byContent) {
    const isLeft = told.some(({ plays }) => plays.length > 0);
    const isMarked = told.some(({ mark }) => mark?.isWatched === true);
    if (!isLeft && isMarked) await ports.changes.say(caller, 'watched', contentId, null);
  }
}
