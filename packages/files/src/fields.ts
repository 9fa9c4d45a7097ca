import { isDeeperThan } from '@cuepoint/core';
import { ArchiveError } from './archive.ts';
import { JSON_DEPTH_MAX } from './limits.ts';
import type { WorkIds } from './record.ts';

/** What a file of JSON may hold is anything: each of these takes it, and gives nothing where it is something else. */

export type Fields = Readonly<Record<string, unknown>>;

/** @throws ArchiveError `invalid_json`, also for what nests deeper than any export. */
export function parseJson(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  if (isDeeperThan(plain, JSON_DEPTH_MAX)) throw new ArchiveError('invalid_json');
  try {
    return JSON.parse(plain);
  } catch (error) {
    throw new ArchiveError('invalid_json', { cause: error });
  }
}

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** A number, also as text; what is no number is left out, and so is an empty text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const text = textOf(value);
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** A whole number from 0 to 2^53. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** An id of a service: a whole number from 1. */
export function idOf(value: unknown): number | undefined {
  const number = countOf(value);
  return number === 0 ? undefined : number;
}

export function imdbOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^tt\d{1,12}$/.test(text) ? text : undefined;
}

/** The object without what is undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The ids of an object by the names that Trakt and Simkl give them. */
export function idsOf(value: unknown): WorkIds {
  const ids = fieldsOf(value) ?? {};
  return defined({
    imdb: imdbOf(ids['imdb']),
    tmdb: idOf(ids['tmdb']),
    tvdb: idOf(ids['tvdb']),
    trakt: idOf(ids['trakt']),
    slug: textOf(ids['slug']),
    simkl: idOf(ids['simkl'] ?? ids['simkl_id']),
    mal: idOf(ids['mal']),
  });
}
