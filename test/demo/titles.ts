import { readFileSync } from 'node:fs';

interface Movie {
  readonly Title: string | number | null;
}

/** Real film titles, each once, as content ids. */
export function readTitles(count: number): readonly string[] {
  const file = new URL('../data/movies.json', import.meta.resolve('vega-datasets'));
  const movies = JSON.parse(readFileSync(file, 'utf8')) as Movie[];
  const titles = movies
    .map(({ Title }) => Title)
    .filter((title) => title !== null)
    .map((title) => `film:${String(title).slice(0, 200)}`);
  return [...new Set(titles)].slice(0, count);
}
