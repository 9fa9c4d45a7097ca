import type { Work } from '@cuepoint/core';

const TITLE_LENGTH_MAX = 200;

/** What a person reads of a work, such as `Made-up Show 1x04`. */
export function titleOf({ title, year, series, season, episode, type }: Work): string {
  const numbers =
    season === undefined || episode === undefined
      ? (title ?? '')
      : `${season}x${String(episode).padStart(2, '0')}`;
  const text =
    type === 'episode'
      ? `${series?.title ?? title ?? ''} ${numbers}`
      : `${title ?? ''}${year === undefined ? '' : ` (${year})`}`;
  return Array.from(text.trim()).slice(0, TITLE_LENGTH_MAX).join('');
}
