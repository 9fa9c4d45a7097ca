import {
  compareStamps,
  CONTINUE_WATCHING_POLICY,
  createWatchingList,
  isCard,
  textToTimestamp,
  watchStatus,
  type Written,
} from '@cuepoint/core';
import type { EpisodeObject } from '../items/media.ts';
import { episodesIn } from '../items/resolve-item.ts';
import { joinWatched } from '../lists/join-watched.ts';
import type { PassEpisode, PassState } from '../lists/show-progress.ts';
import {
  groupBy,
  isReleased,
  placeOf,
  resetsIn,
  runningSecondsIn,
  type LibraryDeps,
} from './library.ts';
import type { ViewedContents } from '../ports.ts';

/**
 * Where a person is in a series, by the rules of Continue Watching: what of it is watched in this pass, and what it goes on with.
 * [CW5] [CW6] [CW7]
 *
 * @param seriesId the name that counts.
 */
export async function readShowProgress(
  { repository, lists, media, now }: LibraryDeps,
  userId: string,
  seriesId: string,
): Promise<PassState> {
  const viewed = await repository.readViewed(userId, [seriesId]);
  const { state, describe } = viewed;
  const namesById = groupBy(state.contentIds(), (name) => describe.canonical(name));
  const watched = groupBy(await lists.readWatched(userId, [...state.contentIds()]), ({ name }) =>
    describe.canonical(name),
  );
  const resetMs = resetsIn(viewed).get(seriesId);
  const since = sinceOf(viewed, namesById.get(seriesId) ?? [seriesId]);
  const nowMs = now();
  const byPlace = new Map<number, PassEpisode & { readonly contentId: string }>();
  for (const { contentId, season, episode } of episodesIn(viewed, seriesId)) {
    const names = namesById.get(contentId) ?? [contentId];
    const facts = describe.facts(contentId);
    const { status } = watchStatus(
      {
        progress: laterOf(names.map((name) => state.progress(name))),
        watched: laterOf(names.map((name) => state.register('watched', name))),
        facts,
        since,
      },
      CONTINUE_WATCHING_POLICY,
    );
    const seen = joinWatched(watched.get(contentId) ?? [], runningSecondsIn(viewed, contentId));
    const isInPass = resetMs === undefined || (seen?.lastMs ?? -Infinity) > resetMs;
    const isCompleted =
      status === 'watched' || (status === 'unwatched' && seen !== undefined && isInPass);
    const place = placeOf(season, episode);
    // One that two names are known of is watched by either.
    if (byPlace.get(place)?.isCompleted === true) continue;
    byPlace.set(place, {
      contentId,
      season,
      number: episode,
      isAired: isCompleted || isReleased(facts?.releasedAt, nowMs),
      isCompleted,
      plays: seen?.plays ?? (isCompleted ? 1 : 0),
      lastMs: seen?.lastMs,
    });
  }
  const episodes = [...byPlace].toSorted(([a], [b]) => a - b).map(([, episode]) => episode);
  const list = createWatchingList({ state, describe, policy: CONTINUE_WATCHING_POLICY });
  const verdict = list.upNext(seriesId, nowMs);
  const nextId = isCard(verdict) && verdict.contentId !== seriesId ? verdict.contentId : undefined;
  const lastId = episodes
    .filter(({ isCompleted, lastMs }) => isCompleted && lastMs !== undefined)
    .toSorted((a, b) => (b.lastMs ?? 0) - (a.lastMs ?? 0))[0]?.contentId;
  const found = await media.mediaOf(
    userId,
    [nextId, lastId].filter((id) => id !== undefined),
  );
  const episodeOf = (id: string | undefined): EpisodeObject | null => {
    const one = id === undefined ? undefined : found.get(id);
    return one?.type === 'episode' ? one.episode : null;
  };
  return { resetMs, episodes, next: episodeOf(nextId), last: episodeOf(lastId) };
}

function laterOf<T>(all: readonly (Written<T> | undefined)[]): Written<T> | undefined {
  let latest: Written<T> | undefined;
  for (const one of all) {
    if (one !== undefined && (latest === undefined || compareStamps(latest.stamp, one.stamp) < 0)) {
      latest = one;
    }
  }
  return latest;
}

function sinceOf({ state }: ViewedContents, names: readonly string[]) {
  const value = laterOf(names.map((name) => state.register('rewatch', name)))?.value;
  const { since } = (value ?? {}) as { readonly since?: unknown };
  return typeof since === 'string' ? textToTimestamp(since) : undefined;
}
