import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OLDER_VERSIONS, YOUNGER } from '../support/older-engine.ts';
import { ROOT } from './source-files.ts';

const guide = readFileSync(path.join(ROOT, 'docs/client.md'), 'utf8');
const ofTvs = readFileSync(path.join(ROOT, 'docs/tv.md'), 'utf8');
const [OLDEST] = OLDER_VERSIONS;

/** The cells of the table's rows, under the line of its head. */
function tableOf(text: string, head: string): string[][] {
  const [, table = ''] = text.split(`\n| ${head} |`);
  const rows = (table.split('\n\n')[0] ?? '').split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const namesIn = (cell = ''): string[] =>
  [...cell.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name);

describe('the table of engines', () => {
  const engines = tableOf(guide, 'engine | year | seen by the tests as | what is missing');
  const answers = tableOf(guide, 'what is missing | the SDK');

  it('has every version that the tests take a Chromium for, with what is taken away there', () => {
    const older = engines.filter(([, , seen = '']) =>
      /without what is younger|the same/.test(seen),
    );
    expect(older.map(([name]) => name)).toEqual(
      OLDER_VERSIONS.map((version) => `Chromium ${version}`),
    );
    // Methods of the language the SDK does without: they need no answer.
    const named = Object.keys(YOUNGER).filter((name) =>
      answers.some(([cell]) => cell === `\`${name}\``),
    );
    for (const [index, version] of OLDER_VERSIONS.entries()) {
      const missing = named.filter((name) => (YOUNGER[name] ?? 0) > version);
      expect(namesIn(older[index]?.[3]), `Chromium ${version}`).toEqual(missing);
    }
  });

  it('says of all that is missing anywhere what the SDK does', () => {
    const answered = new Set(answers.flatMap(([cell]) => namesIn(cell)));
    const missing = engines.flatMap(([, , , cell = '']) => namesIn(cell.split(':')[0]));
    expect(missing.filter((name) => !answered.has(name))).toEqual([]);
  });
});

describe('the table of TVs', () => {
  const tvs = tableOf(
    ofTvs,
    'TV | year | Chromium | runs | by the test with what is younger taken away after',
  );

  it.each(tvs)('%s of %s with Chromium %s: %s', (_tv, _year, chromium, runs, seenAs) => {
    const version = Number(chromium);
    const tested = OLDER_VERSIONS.filter((older) => older <= version);
    const byModules = version >= 63 ? 'yes' : 'yes, the script';
    expect(runs).toBe(version >= OLDEST ? byModules : 'no');
    expect(seenAs).toBe(String(tested[tested.length - 1] ?? ''));
  });
});
