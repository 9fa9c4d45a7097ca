import { ACTIVITIES } from '../answers/person.ts';
import { msToAnswer } from './dates.ts';

/** When something of a kind changed last, in ms since the epoch. */
export interface LastChanges {
  readonly watchedMs: number | undefined;
  readonly pausedMs: number | undefined;
  readonly watchlistedMs: number | undefined;
  readonly ratedMs: number | undefined;
  readonly favoritedMs: number | undefined;
  readonly hiddenMs: number | undefined;
}

/**
 * What changed last, of films and of episodes alike: a client that reads more than it has to misses nothing.
 *
 * @param sinceMs what stands where nothing ever changed: no date is null.
 */
export function toLastActivities(changes: LastChanges, sinceMs: number) {
  const changeOf: Readonly<Record<string, number | undefined>> = {
    watched: changes.watchedMs,
    paused: changes.pausedMs,
    watchlisted: changes.watchlistedMs,
    rated: changes.ratedMs,
    favorited: changes.favoritedMs,
    hidden: changes.hiddenMs,
    dropped: changes.hiddenMs,
  };
  const updatedOf: Readonly<Record<string, number | undefined>> = {
    watchlist: changes.watchlistedMs,
    favorites: changes.favoritedMs,
  };
  const known = Object.values(changes).filter((ms) => ms !== undefined);
  const groups = Object.entries(ACTIVITIES).map(([group, names]) => {
    const moments = names.map((name) => {
      const ms = (name === 'updated' ? updatedOf[group] : changeOf[name]) ?? sinceMs;
      return [`${name}_at`, msToAnswer(ms)];
    });
    return [group, Object.fromEntries(moments)];
  });
  return { all: msToAnswer(Math.max(sinceMs, ...known)), ...Object.fromEntries(groups) };
}
