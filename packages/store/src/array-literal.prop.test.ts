import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainArray, textArray } from './array-literal.ts';
import { PGLITE, type TestDatabase } from './testing/databases.ts';

let opened: TestDatabase;

beforeAll(async () => {
  opened = await PGLITE.open({ migrated: false });
});
afterAll(async () => {
  await opened.destroy();
});

async function roundTrip(literal: string, type: string): Promise<unknown[]> {
  const rows = await opened.sql<{ value: unknown }>(
    `select value from unnest($1::${type}[]) with ordinality as r (value, position) order by position`,
    [literal],
  );
  return rows.map(({ value }) => value);
}

/** PostgreSQL stores no NUL and no lone surrogate; content ids have neither. */
const hostileText = fc.oneof(
  fc.constantFrom('', 'null', 'NULL', '"', '\\', '\\"', '{}', '{', '}', ',', ' ', '\n', "'", '🎬'),
  fc
    .array(fc.constantFrom('"', '\\', '{', '}', ',', ' ', '\n', '\t', "'", 'N', 'é', '🎬'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
);

test('every text comes back from unnest as it was, and null stays null', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(hostileText), { maxLength: 8 }), async (values) => {
      expect(await roundTrip(textArray(values), 'text')).toEqual(values);
    }),
    { numRuns: 300 },
  );
});

test('numbers, booleans and null come back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.maxSafeInteger()), { maxLength: 8 }),
      fc.array(fc.option(fc.boolean()), { maxLength: 8 }),
      async (numbers, booleans) => {
        expect(await roundTrip(plainArray(numbers), 'bigint')).toEqual(numbers);
        expect(await roundTrip(plainArray(booleans), 'boolean')).toEqual(booleans);
      },
    ),
    { numRuns: 100 },
  );
});
