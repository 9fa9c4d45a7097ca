import { v5 as uuidV5 } from 'uuid';

const NAMESPACE = 'c5a0e2f4-8f3b-4f0e-9b7d-2f6f0a1b7c44';

const named = (...parts: readonly (string | number)[]) => uuidV5(parts.join('\n'), NAMESPACE);

/** Where plays of unknown date say that they come from, which counts told: each stands for one viewing more. [IMP3] */
export const COUNT_SOURCE = 'count';

/** A play that its source has a name of its own for, whatever it is said to be of. [IMP3] */
export function ownPlayId(source: string, sourceId: string): string {
  return named('own', source, sourceId);
}

/** @param ordinal from 1: which of several plays of one content that a source tells with one date. */
export function datedPlayId(
  source: string,
  contentId: string,
  { date, ordinal }: { readonly date: string; readonly ordinal: number },
): string {
  return named('dated', source, contentId, date, ordinal);
}

/** @param ordinal from 1: that there were at least so many viewings, of which this one has no date. [IMP3] */
export function countedPlayId(contentId: string, ordinal: number): string {
  return named('counted', contentId, ordinal);
}

/** One tag for all sources: what was taken off the list does not come back by another file. */
export function watchlistTag(contentId: string): string {
  return named('watchlist', contentId);
}

/** The id of the same play or tag, told once more after it was removed for good. */
export function againId(id: string): string {
  return named('again', id);
}

/**
 * The id that counts after imports were taken back: one that an undo removed stays removed for good, and another import
 * of the same play is another add.
 */
export function currentId(id: string, isUndone: (id: string) => boolean): string {
  let current = id;
  while (isUndone(current)) current = againId(current);
  return current;
}
