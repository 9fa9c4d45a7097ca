import { countOf, defined } from './fields.ts';
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

/** A work with neither id nor title is none. */
export function withName(work: Work): Work | undefined {
  return Object.keys(work.ids).length === 0 && work.title === undefined ? undefined : work;
}
