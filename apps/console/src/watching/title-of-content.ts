/** What a `content` register says, of which any part may be missing. */
export interface Described {
  readonly title?: string;
  readonly year?: number;
  readonly seriesId?: string;
  readonly season?: number;
  readonly episode?: number;
}

/** `Made-up Show 1×04 · Four`, `Made-up (2001)`; the id where nobody said more. */
export function titleOfContent(
  contentId: string,
  describe: (contentId: string) => Described | undefined,
): string {
  const { title, year, seriesId, season, episode } = describe(contentId) ?? {};
  if (season === undefined || episode === undefined) {
    if (title === undefined) return contentId;
    return year === undefined ? title : `${title} (${year})`;
  }
  const series = seriesId === undefined ? undefined : describe(seriesId)?.title;
  const number = `${season}×${String(episode).padStart(2, '0')}`;
  return `${series ?? contentId} ${number}${title === undefined ? '' : ` · ${title}`}`;
}
