import rows from 'virtual:films';

export interface Film {
  readonly contentId: string;
  readonly title: string;
  readonly year: string;
}

/** By title. */
export const FILMS: readonly Film[] = rows
  .map(({ title, year }) => ({ contentId: contentIdOf(title, year), title, year }))
  .sort((a, b) => a.title.localeCompare(b.title));

const filmsById = new Map(FILMS.map((film) => [film.contentId, film]));

function contentIdOf(title: string, year: string): string {
  return `film:${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${year}`;
}

/** Content that came from elsewhere, over HTTP say, is shown by its id. */
export function titleOf(contentId: string): string {
  return filmsById.get(contentId)?.title ?? contentId;
}

/** What somebody typed: a title of the list, in any case. */
export function filmOfTitle(text: string): Film | undefined {
  const wanted = text.trim().toLowerCase();
  return FILMS.find(({ title }) => title.toLowerCase() === wanted);
}

/** 75 → `1:15`. */
export function clockText(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  return `${minutes}:${String(rest).padStart(2, '0')}`;
}
