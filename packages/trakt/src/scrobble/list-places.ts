import { claimOf, compareTimestamps, isFinished, type Timestamp } from '@cuepoint/core';
import { describedIn, type Media, type MediaReader } from '../items/media.ts';
import type { TraktPorts, ViewedContents } from '../ports.ts';
import { traktDate } from './dates.ts';

/** Of Trakt: older ones are not shown. */
const SHOWN_MS = 183 * 24 * 60 * 60_000;

export interface PlaceFilter {
  readonly type: 'movie' | 'episode' | undefined;
  readonly startMs: number;
  readonly endMs: number;
}

interface Place {
  readonly contentId: string;
  readonly percent: number;
  readonly claim: Timestamp;
  readonly updatedAtMs: number;
}

/** Where a person is in what they have begun and not finished, the latest first. [TRK4] */
export async function listPlaces(
  { places, repository, now }: Pick<TraktPorts, 'places' | 'repository' | 'now'>,
  media: MediaReader,
  userId: string,
  { type, startMs, endMs }: PlaceFilter,
) {
  const sinceMs = Math.max(startMs, now() - SHOWN_MS);
  const [positions, percents] = await Promise.all([
    places.positions(userId, sinceMs),
    places.percents(userId),
  ]);
  const names = [...positions, ...percents].map(({ contentId }) => contentId);
  if (names.length === 0) return [];
  const first = await repository.readContents(userId, [...new Set(names)]);
  const series = names.flatMap(
    (name) => describedIn(first, first.describe.canonical(name)).seriesId ?? [],
  );
  const viewed = await repository.readContents(userId, [...new Set([...names, ...series])]);
  const latest = new Map<string, Place>();
  const take = (place: Omit<Place, 'claim'>, claim: Timestamp): void => {
    const contentId = viewed.describe.canonical(place.contentId);
    const other = latest.get(contentId);
    if (other !== undefined && compareTimestamps(other.claim, claim) >= 0) return;
    latest.set(contentId, { ...place, claim });
  };
  for (const { contentId, stamp, updatedAtMs, ...position } of positions) {
    const told = describedIn(viewed, viewed.describe.canonical(contentId)).durationSeconds ?? 0;
    const durationSeconds = position.durationSeconds || told;
    const isAtEnd = isFinished({ ...position, durationSeconds });
    const percent =
      durationSeconds === 0 || isAtEnd
        ? 0
        : Math.min(100, (100 * position.positionSeconds) / durationSeconds);
    take({ contentId, percent, updatedAtMs }, claimOf(stamp));
  }
  for (const { stamp, ...place } of percents) take(place, claimOf(stamp));
  const shown = [...latest.values()]
    .filter(
      (place) =>
        place.percent > 0 &&
        place.updatedAtMs >= sinceMs &&
        place.updatedAtMs <= endMs &&
        !isSeenSince(viewed, place),
    )
    .toSorted((a, b) => b.updatedAtMs - a.updatedAtMs || (a.contentId < b.contentId ? -1 : 1));
  const found = await media.mediaIn(
    userId,
    shown.map(({ contentId }) => contentId),
    viewed,
  );
  return shown.flatMap(({ contentId, percent, updatedAtMs }) => {
    const item = found.get(contentId);
    if (item === undefined || item.type === 'show') return [];
    return type === undefined || item.type === type ? [toItem(item, percent, updatedAtMs)] : [];
  });
}

function toItem(
  item: Extract<Media, { type: 'movie' | 'episode' }>,
  progress: number,
  updatedAtMs: number,
) {
  const place = { progress, paused_at: traktDate(updatedAtMs) };
  if (item.type === 'movie') {
    return { ...place, id: item.movie.ids.trakt, type: 'movie' as const, movie: item.movie };
  }
  const { episode, show } = item;
  return { ...place, id: episode.ids.trakt, type: 'episode' as const, episode, show };
}

/** Marked or seen by an act that is not older than the one of the place. [CW7] */
function isSeenSince({ state, describe }: ViewedContents, { contentId, claim }: Place): boolean {
  return [contentId, describe.canonical(contentId)].some((name) => {
    const watched = state.register('watched', name);
    return (
      watched !== undefined &&
      watched.value !== null &&
      compareTimestamps(claimOf(watched.stamp), claim) >= 0
    );
  });
}
