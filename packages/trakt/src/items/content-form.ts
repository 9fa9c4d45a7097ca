import type { ContentFacts } from '@cuepoint/core';

/** What the form of a content id says by itself, where its content was never described. */
export interface ContentForm {
  readonly type?: 'movie' | 'series' | 'episode';
  readonly ids: NonNullable<ContentFacts['ids']>;
  readonly seriesId?: string;
  readonly season?: number;
  readonly episode?: number;
}

const NUMBERED = /^(tmdb|tvdb):(movie|tv|series|episode):(\d{1,15})$/;
const IMDB = /^imdb:(tt\d{1,12})$/;
const IN_SERIES = /^(.+):s(\d{1,7})e(\d{1,7})$/;
const TYPES = { movie: 'movie', tv: 'series', series: 'series', episode: 'episode' } as const;

export function formOf(contentId: string): ContentForm {
  const [, seriesId, season, episode] = IN_SERIES.exec(contentId) ?? [];
  if (seriesId !== undefined) {
    return {
      type: 'episode',
      ids: {},
      seriesId,
      season: Number(season),
      episode: Number(episode),
    };
  }
  const [, service, space, number] = NUMBERED.exec(contentId) ?? [];
  if (service !== undefined) {
    const type = TYPES[space as keyof typeof TYPES];
    return { type, ids: { [service]: Number(number) } };
  }
  const imdb = IMDB.exec(contentId)?.[1];
  return { ids: imdb === undefined ? {} : { imdb } };
}

/** What numbers are given to besides contents: a season is none. */
export function seasonName(seriesId: string, season: number): string {
  return `${seriesId}:s${season}`;
}
