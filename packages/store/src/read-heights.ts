import { maxTimestamp, registerId, type Op, type Timestamp } from '@cuepoint/core';
import { plainArray, textArray } from './array-literal.ts';
import type { Queryable } from './database.ts';
import type { StoredHeights } from './sync-repository.ts';

type KeyKind = 'progress' | 'tag' | 'register' | 'play';

interface HeightRow extends Timestamp {
  readonly kind: KeyKind | 'floor';
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
    textArray(namesOf(keys, 'progress')),
    plainArray(namesOf(keys, 'tag')),
    textArray(namesOf(keys, 'register')),
    plainArray(namesOf(keys, 'play')),
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

interface Keys {
  readonly kind: KeyKind;
  readonly names: readonly string[];
}

function namesOf(keys: readonly Keys[], wanted: KeyKind): string[] {
  return keys.flatMap(({ kind, names }) => (kind === wanted ? names : []));
}

/** What an op writes to; never nothing. */
function keysOf(op: Op): Keys {
  switch (op.kind) {
    case 'watchlist.add':
      return { kind: 'tag', names: [op.tag] };
    case 'watchlist.remove':
      return { kind: 'tag', names: op.tags };
    case 'register.set':
      return { kind: 'register', names: [registerId(op.register, op.key)] };
    case 'play.add':
      return { kind: 'play', names: [op.playId] };
    case 'play.remove':
      return { kind: 'play', names: op.playIds };
    case 'progress.set':
    case 'progress.clear':
      return { kind: 'progress', names: [op.contentId] };
  }
}
