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

/**
 * Removes all viewings of items, and those of some ids. What has no viewing left is not watched any more: that is said first, since
 * a retry of what broke off after it still finds the viewings. [TRK3]
 */
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
  const named = await playsOf(scope, userId, [...byName.keys()]);
  const { ids, contents, removed } = await findByIds(scope, caller, listOf(body['ids']));
  for (const { isMovie } of contents) deleted[isMovie ? 'movies' : 'episodes'] += 1;
  for (const name of byName.keys()) removed.delete(name);
  await unmark(scope, caller, new Set(byName.keys()), removed);
  for (const playIds of removed.values()) named.push(...playIds);
  await ports.changes.removePlays(caller, named);
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

interface FoundById {
  /** Those that no play has. */
  readonly ids: readonly number[];
  readonly contents: readonly { readonly isMovie: boolean }[];
  /** What goes, by the name of its content. */
  readonly removed: Map<string, Set<string>>;
}

async function findByIds(
  { ports, media }: TraktScope,
  caller: TraktCaller,
  asked: readonly unknown[],
): Promise<FoundById> {
  const { userId } = caller;
  const numbers = asked.flatMap((id) => countOf(id) ?? []);
  const ranges = numbers.map(playIdsOf);
  const plays = await ports.lists.findPlays(
    userId,
    ranges.flatMap((range) => (range === undefined ? [] : [range])),
  );
  const found = plays.map(({ playId }) => playId);
  const removed = new Map<string, Set<string>>();
  for (const { playId, contentId } of plays) {
    const ofContent = removed.get(contentId) ?? new Set<string>();
    removed.set(contentId, ofContent);
    for (const id of await ports.changes.viewingOf(caller, playId)) ofContent.add(id);
  }
  const contents = await media.mediaOf(userId, [
    ...new Set(plays.map(({ contentId }) => contentId)),
  ]);
  return {
    ids: numbers.filter((_, index) => {
      const range = ranges[index];
      return range === undefined || !found.some((id) => id >= range[0] && id <= range[1]);
    }),
    contents: plays.map(({ contentId }) => ({
      isMovie: contents.get(contentId)?.type === 'movie',
    })),
    removed,
  };
}

/** What will have no viewing left is not watched, by whatever name. @param whole names of which all viewings go. */
async function unmark(
  { ports }: TraktScope,
  caller: TraktCaller,
  whole: ReadonlySet<string>,
  removed: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  const contentIds = [...whole, ...removed.keys()];
  if (contentIds.length === 0) return;
  const { userId } = caller;
  const viewed = await ports.repository.readContents(userId, contentIds);
  const names = [...viewed.state.contentIds()];
  const watched = await ports.lists.readWatched(userId, names);
  const byContent = groupBy(watched, ({ name }) => viewed.describe.canonical(name));
  // Not by what is listed: a mark that says what a viewing says is not among that.
  const marked = new Set(
    names
      .filter((name) => (viewed.state.register('watched', name)?.value ?? null) !== null)
      .map((name) => viewed.describe.canonical(name)),
  );
  for (const [contentId, told] of byContent) {
    const isLeft = told.some(
      ({ name, plays }) => !whole.has(name) && plays.length > (removed.get(name)?.size ?? 0),
    );
    if (!isLeft && marked.has(contentId))
      await ports.changes.say(caller, 'watched', contentId, null);
  }
}
