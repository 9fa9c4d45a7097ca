import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

interface Row {
  readonly Title: unknown;
  readonly 'Release Date': string | null;
  readonly 'Major Genre': string | null;
  readonly 'IMDB Votes': number | null;
  readonly 'IMDB Rating': number | null;
}

const MODULE = 'virtual:films';
/** Of some 3,200, those that most people have heard of. */
const VOTES_MIN = 100_000;
const RATING_MIN = 7.5;

/** Gives the page the titles of `vega-datasets` that it shows, and not the megabyte that they come in. */
export function films(): Plugin {
  const resolved = `\0${MODULE}`;
  return {
    name: 'films',
    resolveId: (id) => (id === MODULE ? resolved : undefined),
    load(id) {
      if (id !== resolved) return undefined;
      const file = new URL('../data/movies.json', import.meta.resolve('vega-datasets'));
      const rows = JSON.parse(readFileSync(fileURLToPath(file), 'utf8')) as Row[];
      return `export default ${JSON.stringify(rows.flatMap(toFilm))}`;
    },
  };
}

function toFilm(row: Row): { title: string; year: string; genre: string | null }[] {
  const { Title: title } = row;
  // Plain ASCII: the data set has some titles in a broken encoding.
  if (typeof title !== 'string' || !/^[\x20-\x7e]+$/.test(title)) return [];
  if ((row['IMDB Votes'] ?? 0) < VOTES_MIN || (row['IMDB Rating'] ?? 0) < RATING_MIN) return [];
  const year = /\d{4}$/.exec(row['Release Date'] ?? '')?.[0] ?? '';
  return [{ title, year, genre: row['Major Genre'] }];
}
