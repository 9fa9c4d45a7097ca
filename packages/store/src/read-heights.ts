import { maxTimestamp, type Op, type Timestamp } from '@cuepoint/core';
import { plainArray, textArray } from './array-literal.ts';
import type { Queryable } from './database.ts';
import type { StoredHeights } from './sync-repository.ts';

interface HeightRow extends Timestamp {
  readonly kind: 'progress' | 'tag' | 'floor';
  readonly key: string;
}

/** One statement for all of the ops. [SQL5] [HLC4] */
export async function readHeights(
  database: Pick<Queryable, 'query'>,
  userId: string,
  ops: readonly Op[],
): Promise<StoredHeights> {
  const keys = ops.map(keysOf);
  const { rows } = await database.query<HeightRow>('read-heights', [
    userId,
    textArray(keys.flatMap(({ kind, names }) => (kind === 'progress' ? names : []))),
    plainArray(keys.flatMap(({ kind, names }) => (kind === 'tag' ? names : []))),
  ]);
  const heights = new Map<string, Timestamp>();
  for (const { kind, key, physical, logical } of rows) {
    const [name, stored] = [`${kind} ${key}`, { physical, logical }];
    heights.set(name, maxTimestamp(heights.get(name) ?? stored, stored));
  }
  return {
    of(op) {
      const { kind, names } = keysOf(op);
      return names
        .map((name) => heights.get(`${kind} ${name}`))
        .reduce(
          (a, b) => (a === undefined || b === undefined ? (a ?? b) : maxTimestamp(a, b)),
          undefined,
        );
    },
    floor: heights.get('floor '),
  };
}

/** What an op writes to; never nothing. */
function keysOf(op: Op): { readonly kind: 'progress' | 'tag'; readonly names: readonly string[] } {
  if (op.kind === 'watchlist.add') return { kind: 'tag', names: [op.tag] };
  if (op.kind === 'watchlist.remove') return { kind: 'tag', names: op.tags };
  return { kind: 'progress', names: op.contentId === undefined ? [] : [op.contentId] };
}
