import { describe, expect, test } from 'vitest';
import { BUILT_RULE_IDS, idsIn, idsInTitles, KNOWN_RULE_IDS } from './rule-table.ts';
import { packageFolders, sourceFiles } from './source-files.ts';

test.each(packageFolders())('%s refers to rules that exist', (folder) => {
  const unknown = sourceFiles(folder, /\.(?:tsx?|sql)$/).flatMap(({ path, source }) =>
    idsIn(source)
      .filter((id) => !KNOWN_RULE_IDS.has(id))
      .map((id) => `${path} refers to ${id}`),
  );
  expect(unknown).toEqual([]);
});

describe('every rule that is built', () => {
  const proven = new Set(
    packageFolders()
      .flatMap((folder) => sourceFiles(folder, /\.test\.ts$/))
      .flatMap(({ source }) => idsInTitles(source)),
  );

  test.each(BUILT_RULE_IDS)('%s stands in the title of a test', (id) => {
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
  const isKnown = ['SQL4', 'XYZ9', 'HLC7', 'HLC0'].map((id) => KNOWN_RULE_IDS.has(id));
  expect(isKnown).toEqual([true, false, false, false]);
});
