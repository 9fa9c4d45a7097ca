import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCuepointError } from './errors.ts';
import { joinPlays, mergePlays, playsOfOp, type Play, type PlayEntry } from './plays.ts';
import { readOp } from './read-op.ts';
import { arbitraryFullHistory } from './testing/op-arbitraries.ts';

const TIMESTAMP = '019b76daa800-0000';
const ID = '00000000-0000-4000-8000-00000000000A';

function read(fields: object) {
  const op = readOp(
    { kind: 'play.add', contentId: 'film', playId: ID, timestamp: TIMESTAMP, ...fields },
    'tv',
  );
  return isCuepointError(op) ? { code: op.code, field: op.field } : op;
}

describe('a play on the wire', () => {
  test('[PLY2] keeps when it was, in UTC, apart from when it was said', () => {
    expect(read({ watchedAt: '2026-01-31T20:15:00+01:00', source: 'sdk' })).toEqual({
      kind: 'play.add',
      contentId: 'film',
      playId: ID.toLowerCase(),
      watchedAt: '2026-01-31T19:15:00Z',
      source: 'sdk',
      timestamp: { physical: 0x019b76daa800, logical: 0 },
      deviceId: 'tv',
    });
    expect(read({ watchedAt: '2026-01-31' })).toMatchObject({ watchedAt: '2026-01-31' });
    expect(read({})).not.toHaveProperty('watchedAt');
  });

  test.each([
    [{ playId: 'play-1' }, 'invalid_play_id', 'playId'],
    [{ playId: undefined }, 'invalid_play_id', 'playId'],
    [{ watchedAt: '2026-02-30' }, 'invalid_date', 'watchedAt'],
    [{ watchedAt: '2026-01-31T20:15:00Z+01:00-02:00' }, 'invalid_date', 'watchedAt'],
    [{ watchedAt: '2016-12-31T23:59:60Z' }, 'invalid_date', 'watchedAt'],
    [{ watchedAt: 5 }, 'invalid_date', 'watchedAt'],
    [{ source: '' }, 'invalid_source', 'source'],
    [{ source: 'x'.repeat(65) }, 'invalid_source', 'source'],
    [{ claim: '019b76daa800-0001' }, 'invalid_claim', 'claim'],
    [{ contentId: '..' }, 'invalid_content_id', 'contentId'],
  ])('[PLY2] %j is refused: %s', (fields, code, field) => {
    expect(read(fields)).toEqual({ code, field });
  });

  test('[PLY1] a removal names at least one play, each once', () => {
    const remove = { kind: 'play.remove', timestamp: TIMESTAMP };
    expect(readOp({ ...remove, playIds: [ID, ID.toLowerCase()] }, 'tv')).toMatchObject({
      playIds: [ID.toLowerCase()],
    });
    for (const playIds of [[], [ID, 'x'], Array(1_001).fill(ID)]) {
      expect(readOp({ ...remove, playIds }, 'tv')).toMatchObject({ code: 'invalid_play_id' });
    }
  });
});

describe('the history in memory', () => {
  test('[PLY1] [ORS5] is the same in whatever order plays and removals come', () => {
    fc.assert(
      fc.property(arbitraryFullHistory(), (ops) => {
        const fold = (order: typeof ops) => {
          const history = new Map<string, PlayEntry>();
          for (const op of order) {
            if (op.kind !== 'play.add' && op.kind !== 'play.remove') continue;
            for (const entry of playsOfOp(op)) {
              const stored = history.get(entry.tag);
              history.set(entry.tag, stored === undefined ? entry : mergePlays(stored, entry));
            }
          }
          return new Map([...history].sort(([a], [b]) => (a < b ? -1 : 1)));
        };
        expect(fold(ops.toReversed())).toEqual(fold(ops));
      }),
    );
  });
});

const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

function plays(
  ...told: readonly (string | undefined | readonly [string | undefined, string])[]
): Play[] {
  return told.map((each, index) => {
    const [watchedAt, source] = Array.isArray(each) ? each : [each];
    return { playId: id(index), contentId: 'film', watchedAt, source };
  });
}

/** Each viewing as the indexes of the plays that tell of it. */
function joined(given: Play[], runningSeconds?: number): number[][] {
  return joinPlays(given, runningSeconds).map(({ playId, alsoIds }) =>
    [playId, ...alsoIds].map((each) => Number(each.slice(-12))),
  );
}

describe('plays that tell of one viewing', () => {
  const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000).toISOString();

  test.each<[string, Play[], number | undefined, number[][]]>([
    ['two reports of one evening', plays(at(0), at(1)), undefined, [[0, 1]]],
    ['the later first', plays(at(1), at(0)), undefined, [[1, 0]]],
    ['just the running time apart', plays(at(0), at(2)), undefined, [[0], [1]]],
    ['within a known running time', plays(at(0), at(2)), 3 * 3_600, [[0, 1]]],
    ['past a short one', plays(at(0), at(0.5)), 1_200, [[0], [1]]],
    [
      'three in a row, each near the one before',
      plays(at(0), at(1.5), at(3)),
      undefined,
      [[0, 1], [2]],
    ],
    ['a day beside an instant of it', plays('2026-01-01', at(20)), undefined, [[0], [1]]],
    ['one day twice', plays('2026-01-01', '2026-01-01'), undefined, [[0, 1]]],
    [
      'one day, told by two sources',
      plays(['2026-01-01', 'a'], ['2026-01-01', 'b']),
      undefined,
      [[0, 1]],
    ],
    [
      'one day, told twice by one source and once by another',
      plays(['2026-01-01', 'a'], ['2026-01-01', 'a'], ['2026-01-01', 'b']),
      undefined,
      [[0, 2], [1]],
    ],
    ['nobody knows when', plays(undefined, undefined, at(0)), undefined, [[0, 1], [2]]],
    [
      'nobody knows when, and one source says twice',
      plays([undefined, 'a'], [undefined, 'a']),
      undefined,
      [[0], [1]],
    ],
  ])('[PLY1] %s', (_, given, runningSeconds, expected) => {
    expect(joined(given, runningSeconds)).toEqual(expected);
  });

  test('[PLY1] are joined alike in whatever order they are read, and none is lost', () => {
    const told = fc.array(
      fc.tuple(
        fc.constantFrom(undefined, '2026-01-01', at(0), at(1), at(1.9), at(3), at(30)),
        fc.constantFrom('a', 'b'),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(told, (drawn) => {
        const given = plays(...drawn);
        const viewings = joined(given);
        expect(joined(given.toReversed())).toEqual(viewings);
        expect(viewings.flat().toSorted((a, b) => a - b)).toEqual(given.map((_, index) => index));
      }),
    );
  });
});
