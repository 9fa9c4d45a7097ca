import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ImportRecord, Statement, When } from '../record.ts';
import { Person } from '../testing/person.ts';

const HALF_HOUR_MS = 1_800_000;
const SOURCES = ['trakt', 'letterboxd', 'yamtrack'] as const;

/** Few films and few days, so that sources tell of the same ones. */
const film = fc.integer({ min: 1, max: 2 });
/** Half hours: the same, overlapping in part, or apart. */
const instant = fc.integer({ min: 0, max: 96 }).map((step): When => ({
  precision: 'instant',
  at: new Date(Date.parse('2026-03-01T00:00:00Z') + step * HALF_HOUR_MS)
    .toISOString()
    .replace('.000Z', 'Z'),
}));
const day = fc
  .integer({ min: 1, max: 3 })
  .map((date): When => ({ precision: 'day', day: `2026-03-0${date}` }));
const unknown = fc.constant<When>({ precision: 'unknown' });
const when = fc.oneof(instant, day, unknown);

const says = fc.oneof(
  { weight: 6, arbitrary: when.map((told): Statement => ({ kind: 'play', when: told })) },
  fc.integer({ min: 1, max: 5 }).map((atLeast): Statement => ({ kind: 'count', atLeast })),
  fc
    .record({ value: fc.integer({ min: 1, max: 10 }), when })
    .map((told): Statement => ({ kind: 'rating', value: told.value, outOf: 10, when: told.when })),
  fc.record({ kind: fc.constantFrom('favorite', 'watched', 'watchlist', 'dismissed'), when }),
);

const record = fc.record({ film, says }).map(({ film: tmdb, says: said }): ImportRecord => ({
  work: { type: 'movie', ids: { tmdb } },
  says: said,
}));
const file = fc.array(record, { maxLength: 8 });

/** The plays of two of the sources have names of their own. */
function named(source: string, records: readonly ImportRecord[]): ImportRecord[] {
  if (source === 'yamtrack') return [...records];
  return records.map(({ work, says: said }, index) =>
    said.kind === 'play'
      ? { work, says: { kind: 'play', when: said.when, sourceId: String(index) } }
      : { work, says: said },
  );
}

const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** How a person ends in each order of files; repeated, none of them changes anything. */
async function endsOf(files: readonly (readonly ImportRecord[])[]): Promise<readonly string[]> {
  const imports = SOURCES.map((source, index) => ({
    source,
    records: named(source, files[index] ?? []),
  }));
  const ends = new Set<string>();
  for (const order of ORDERS) {
    const person = new Person();
    for (const index of order) {
      const next = imports[index];
      if (next !== undefined) {
        await person.take(next.records, { source: next.source, zone: 'UTC' });
      }
    }
    ends.add(JSON.stringify(person.seen()));
    for (const { source, records } of imports) {
      const { ops } = await person.take(records, { source, zone: 'UTC' });
      expect(ops).toEqual([]);
    }
  }
  return [...ends];
}

it('[IMP3] imports commute, and repeat without effect', async () => {
  const draws = fc.asyncProperty(fc.tuple(file, file, file), async (files) => {
    expect(await endsOf(files)).toHaveLength(1);
  });
  await fc.assert(draws, { numRuns: 300 });
});

const FILM: ImportRecord['work'] = { type: 'movie', ids: { tmdb: 1 } };
const at = (time: string): ImportRecord => ({
  work: FILM,
  says: { kind: 'play', when: { precision: 'instant', at: `2026-03-01T${time}:00Z` } },
});
const onDay: ImportRecord = {
  work: FILM,
  says: { kind: 'play', when: { precision: 'day', day: '2026-03-01' } },
};

// Found by draws: 02:30 is one viewing with 02:00 or with 00:30, by whether 00:00 is known; then the day has an instant or none.
it('[IMP3] a count that was reached is there again where an instant leaves fewer viewings', async () => {
  const count: ImportRecord = { work: FILM, says: { kind: 'count', atLeast: 4 } };
  const files = [[at('00:30')], [at('00:00')], [count, at('02:00'), at('02:30'), onDay]];
  expect(await endsOf(files)).toHaveLength(1);
});
