import type { When } from '../record.ts';
import { dateOf } from './claims.ts';

/** What has to have played of a work, as with positions: nine tenths. */
const FINISHED_RATIO = 0.9;

interface Session {
  readonly when: When;
  readonly playedSeconds: number;
}

/**
 * Which sessions of one content end a viewing: a film in two evenings is two sessions, and only both together are one.
 * Without a known length none is.
 *
 * @returns in the order of time.
 */
export function completedSessions<Some extends Session>(
  sessions: readonly Some[],
  durationSeconds = 0,
): (Some & { readonly isCompleted: boolean })[] {
  const neededSeconds = durationSeconds > 0 ? durationSeconds * FINISHED_RATIO : Infinity;
  let playedSeconds = 0;
  return sessions
    .toSorted((a, b) => ((dateOf(a.when) ?? '') < (dateOf(b.when) ?? '') ? -1 : 1))
    .map((session) => {
      playedSeconds += session.playedSeconds;
      const isCompleted = playedSeconds >= neededSeconds;
      if (isCompleted) playedSeconds = 0;
      return Object.assign({ isCompleted }, session);
    });
}
