import { countOf, fieldsOf, numberOf, textOf, type Fields } from './fields.ts';
import { isNumber, numberOfSlug } from './slug.ts';
import type { Work, WorkIds } from '@cuepoint/core';

/** What a client says of one work. */
export interface NamedWork {
  readonly ids: WorkIds;
  /** The number that this surface has given it, from `ids.trakt` or a slug. */
  readonly number?: number;
  readonly title?: string;
  readonly year?: number;
}

/** An item of a request: what a client means, in its own words. */
export type AskedItem =
  | ({ readonly type: 'movie' | 'show' } & NamedWork)
  | ({ readonly type: 'season'; readonly show?: NamedWork; readonly season?: number } & NamedWork)
  | ({
      readonly type: 'episode';
      readonly show?: NamedWork;
      readonly season?: number;
      readonly episode?: number;
      /** Counted through all seasons, without specials. */
      readonly absolute?: number;
    } & NamedWork);

export type AskedType = AskedItem['type'];

const TITLE_LENGTH_MAX = 300;
const YEAR_MAX = 9_999;
/** Of seasons and episodes; more is a fault of whoever sends it. */
const COUNT_MAX = 1_000_000;

/**
 * The item of a body `{movie}`, `{episode}`, `{show, episode}`, `{show, season}` or `{show}`; undefined where it names none.
 *
 * Ids may be numbers, text, null or missing; keys that nobody knows are left alone.
 */
export function readItem(body: Fields): AskedItem | undefined {
  const movie = fieldsOf(body['movie']);
  if (movie !== undefined) return { type: 'movie', ...readNamed(movie) };
  const show = fieldsOf(body['show']);
  const named = show === undefined ? {} : { show: readNamed(show) };
  const episode = fieldsOf(body['episode']);
  if (episode !== undefined) return { ...readEpisode(episode), ...named };
  const season = fieldsOf(body['season']);
  if (season !== undefined) return { ...readSeason(season), ...named };
  return show === undefined ? undefined : { type: 'show', ...readNamed(show) };
}

/** An item of a list whose name says what is in it: `movies`, `shows`, `seasons`, `episodes`. */
export function readListed(type: AskedType, item: Fields): AskedItem {
  if (type === 'episode') return { ...readEpisode(item), ...shownIn(item) };
  if (type === 'season') return { ...readSeason(item), ...shownIn(item) };
  return { type, ...readNamed(item) };
}

function shownIn(item: Fields): { readonly show?: NamedWork } {
  const show = fieldsOf(item['show']);
  return show === undefined ? {} : { show: readNamed(show) };
}

function readEpisode(fields: Fields): Extract<AskedItem, { type: 'episode' }> {
  const season = smallOf(fields['season']);
  const episode = smallOf(fields['number']);
  const absolute = smallOf(fields['number_abs']);
  // The year of an episode would be taken for the one of its series.
  const { year: _year, ...named } = readNamed(fields);
  return {
    type: 'episode',
    ...named,
    ...(season === undefined ? {} : { season }),
    ...(episode === undefined ? {} : { episode }),
    ...(absolute === undefined || absolute === 0 ? {} : { absolute }),
  };
}

function readSeason(fields: Fields): Extract<AskedItem, { type: 'season' }> {
  const season = smallOf(fields['number']);
  return { type: 'season', ...readNamed(fields), ...(season === undefined ? {} : { season }) };
}

export function readNamed(fields: Fields): NamedWork {
  const ids = fieldsOf(fields['ids']) ?? {};
  const number = ownNumberOf(ids);
  const title = textOf(fields['title']);
  const year = countOf(fields['year']);
  return {
    ids: readIds(ids),
    ...(number === undefined ? {} : { number }),
    ...(title === undefined
      ? {}
      : { title: Array.from(title).slice(0, TITLE_LENGTH_MAX).join('') }),
    ...(year === undefined || year === 0 || year > YEAR_MAX ? {} : { year }),
  };
}

function ownNumberOf(ids: Fields): number | undefined {
  const number = numberOf(ids['trakt']);
  if (number !== undefined && isNumber(number)) return number;
  const slug = textOf(ids['slug']);
  return slug === undefined ? undefined : numberOfSlug(slug);
}

function readIds(ids: Fields): WorkIds {
  const imdb = imdbOf(ids['imdb']);
  const tmdb = idOf(ids['tmdb']);
  const tvdb = idOf(ids['tvdb']);
  return {
    ...(imdb === undefined ? {} : { imdb }),
    ...(tmdb === undefined ? {} : { tmdb }),
    ...(tvdb === undefined ? {} : { tvdb }),
  };
}

export function imdbOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^tt\d{1,12}$/.test(text) ? text : undefined;
}

/** A whole number from 1. */
export function idOf(value: unknown): number | undefined {
  const number = countOf(value);
  return number === 0 ? undefined : number;
}

function smallOf(value: unknown): number | undefined {
  const number = countOf(value);
  return number !== undefined && number <= COUNT_MAX ? number : undefined;
}

/** As the catalogue of works reads it: without numbers of this surface. */
export function workOf(item: AskedItem): Work | undefined {
  const { ids, title, year } = item;
  const named = {
    ids,
    ...(title === undefined ? {} : { title }),
    ...(year === undefined ? {} : { year }),
  };
  switch (item.type) {
    case 'movie':
      return { type: 'movie', ...named };
    case 'show':
      return { type: 'series', ...named };
    case 'season':
      return undefined;
    case 'episode': {
      const { show, season, episode } = item;
      return {
        type: 'episode',
        ...named,
        ...(show === undefined ? {} : { series: seriesNameOf(show) }),
        ...(season === undefined ? {} : { season }),
        ...(episode === undefined ? {} : { episode }),
      };
    }
  }
}

function seriesNameOf({ number: _number, ...series }: NamedWork): NonNullable<Work['series']> {
  return series;
}
