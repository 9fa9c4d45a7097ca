import type { Work, WorkIds } from '@cuepoint/core';
import { countOf, defined, fieldsOf, idOf, imdbOf, textOf, type Fields } from '../fields.ts';

/** Of what Jellyfin's other plugin and Emby call an item alike. */
const TICKS_PER_SECOND = 10_000_000;
/** Episodes that one file holds. */
const EPISODES_PER_FILE_MAX = 20;

/** Whole seconds of ticks of 100 ns; nothing for 0, which also stands for what is not known. */
export function secondsOfTicks(value: unknown): number | undefined {
  const ticks = countOf(value);
  const seconds = ticks === undefined ? 0 : Math.floor(ticks / TICKS_PER_SECOND);
  return seconds === 0 ? undefined : seconds;
}

export function idsOfProviders(providers: Fields): WorkIds {
  const byName = new Map(
    Object.entries(providers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return defined({
    imdb: imdbOf(byName.get('imdb')),
    tmdb: idOf(byName.get('tmdb')),
    tvdb: idOf(byName.get('tvdb')),
  });
}

/** A film or an episode; nothing for music, trailers and what else a server plays. */
export function workOfItem(item: Fields, series?: Fields): Work | undefined {
  const ids = idsOfProviders(fieldsOf(item['ProviderIds']) ?? {});
  const title = textOf(item['Name']);
  if (item['Type'] === 'Movie') {
    return { type: 'movie', ids, ...defined({ title, year: countOf(item['ProductionYear']) }) };
  }
  if (item['Type'] !== 'Episode') return undefined;
  return episodeOf({
    ids,
    title,
    seriesTitle: textOf(item['SeriesName']) ?? textOf(series?.['Name']),
    seriesYear: countOf(series?.['ProductionYear']),
    seriesIds: idsOfProviders(fieldsOf(series?.['ProviderIds']) ?? {}),
    season: countOf(item['ParentIndexNumber']),
    episode: countOf(item['IndexNumber']),
  });
}

export interface EpisodeFacts {
  readonly ids: WorkIds;
  readonly title: string | undefined;
  readonly seriesTitle: string | undefined;
  readonly seriesYear?: number | undefined;
  readonly seriesIds?: WorkIds;
  readonly season: number | undefined;
  readonly episode: number | undefined;
}

export function episodeOf(facts: EpisodeFacts): Work {
  const { ids, title, seriesTitle, seriesYear, seriesIds = {}, season, episode } = facts;
  const isNamed = seriesTitle !== undefined || Object.keys(seriesIds).length > 0;
  return {
    type: 'episode',
    ids,
    ...(isNamed && {
      series: { ids: seriesIds, ...defined({ title: seriesTitle, year: seriesYear }) },
    }),
    ...defined({ title, season, episode }),
  };
}

/** The episodes after the first one of a file that holds several. */
export function restOfFile(first: Work, last: number | undefined): readonly Work[] {
  const { series, season, episode } = first;
  if (last === undefined || episode === undefined || series === undefined) return [];
  const count = Math.min(Math.max(last - episode, 0), EPISODES_PER_FILE_MAX);
  return Array.from({ length: count }, (_, index) => ({
    type: 'episode' as const,
    ids: {},
    series,
    ...defined({ season, episode: episode + index + 1 }),
  }));
}

/** Of a body that does not name the file: what is played. */
export function nameOfWork({ type, ids, title, year, series, season, episode }: Work): string {
  return JSON.stringify([type, ids, title, year, series?.ids, series?.title, season, episode]);
}
