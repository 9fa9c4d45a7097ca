import { describe, expect, test } from 'vitest';
import { packageFolders, sourceFiles } from './source-files.ts';

/** Every rule that code and tests may refer to, by section of the design. */
const RULE_COUNTS_BY_SECTION: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  clock: { HLC: 6 },
  'watch state': { ORS: 5, LWW: 6 },
  store: { SQL: 7, GC: 8, CUR: 5 },
  service: { SEC: 4 },
  'live protocol': { LIV: 9 },
  'client SDK': { SDK: 9 },
};

const RULE_ID = /\[([A-Z]{2,5}\d{1,2})\]/g;

function idsOf(section: string): string[] {
  return Object.entries(RULE_COUNTS_BY_SECTION[section] ?? {}).flatMap(([prefix, count]) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`),
  );
}

function idsIn(text: string): string[] {
  return [...text.matchAll(RULE_ID)].flatMap(([, id]) => id ?? []);
}

const known = new Set(Object.keys(RULE_COUNTS_BY_SECTION).flatMap(idsOf));

/** The ids that open the first argument of a call: a title is one, a comment or a value is not. */
function idsInTitles(source: string): string[] {
  const titles = source.matchAll(/\(\s*['"`]((?:\[[A-Z]{2,5}\d{1,2}\] ?)+)/g);
  return [...titles].flatMap(([, ids]) => idsIn(ids ?? ''));
}

test.each(packageFolders())('%s refers to rules that exist', (folder) => {
  const unknown = sourceFiles(folder, /\.(?:tsx?|sql)$/).flatMap(({ path, source }) =>
    idsIn(source)
      .filter((id) => !known.has(id))
      .map((id) => `${path} refers to ${id}`),
  );
  expect(unknown).toEqual([]);
});

describe('packages/core', () => {
  const proven = new Set(
    sourceFiles('packages/core/src', /\.test\.ts$/).flatMap(({ source }) => idsInTitles(source)),
  );

  test.each([...idsOf('clock'), ...idsOf('watch state')])('has a test of %s', (id) => {
    expect([...proven]).toContain(id);
  });
});

test('ids are read from comments, titles and tables of cases alike', () => {
  const source = `
    // Fixed order. [SQL4] [XYZ9]
    test('[HLC1] ticks', () => list[0]);
    test.each([
      [1],
    ])('[LWW2] %d', () => {});
  `;
  expect(idsIn(source)).toEqual(['SQL4', 'XYZ9', 'HLC1', 'LWW2']);
  expect(idsInTitles(source)).toEqual(['HLC1', 'LWW2']);
  expect([known.has('SQL4'), known.has('XYZ9'), known.has('HLC7'), known.has('HLC0')]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
