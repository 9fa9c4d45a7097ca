import { countOf, defined, idsOf, textOf, type Fields } from './fields.ts';
import type { SeriesName, Work } from './record.ts';

/** An episode by its own ids, or by its series and numbers. */
export function episodeWork(
  series: SeriesName | undefined,
  season: unknown,
  number: unknown,
  { ids, title }: { readonly ids: Work['ids']; readonly title?: string | undefined } = { ids: {} },
): Work | undefined {
  const numbers = { season: countOf(season), episode: countOf(number) };
  const isNumbered = numbers.season !== undefined && numbers.episode !== undefined;
  if (Object.keys(ids).length === 0 && !(isNumbered && series !== undefined)) return undefined;
  return { type: 'episode', ids, ...defined({ title, series, ...numbers }) };
}

/** What an item of JSON `{title, year, ids}` is called. */
export function nameOf(item: Fields): SeriesName {
  return {
    ids: idsOf(item['ids']),
    ...defined({ title: textOf(item['title']), year: countOf(item['year']) }),
  };
}

/** A work with neither id nor title is none. */
export function withName(work: Work): Work | undefined {
  return Object.keys(work.ids).length === 0 && work.title === undefined ? undefined : work;
}
