import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

const FOLDER = path.join(ROOT, 'docs');
const MODEL = readFileSync(path.join(FOLDER, 'threat-model.md'), 'utf8');
const TABLE_HEAD = '| threat | defence | test |';

/** One for each attacker. */
const sections = MODEL.split('\n## ').filter((section) => section.includes(TABLE_HEAD));

/** `| threat | defence | test |` */
const rows = sections.flatMap((section) =>
  section.split('\n').filter((line) => line.startsWith('| ') && line !== TABLE_HEAD),
);

/** `[words of a title](test)` */
const links = [...MODEL.matchAll(/\[(?<words>[^\]]+)\]\((?<file>[^)]+\.test\.ts)\)/g)].map(
  ({ groups: { words = '', file = '' } = {} }) => ({ words, file }),
);

describe('the threat model', () => {
  it('has no defence without a test, or without saying that there is none', () => {
    expect(sections).toHaveLength(10);
    expect(rows.length).toBeGreaterThan(40);
    const proofs = rows.map((row) => row.split(' | ')[2] ?? '');
    expect(proofs.filter((cell) => !/\.test\.ts\)|\*not tested\*/.test(cell))).toEqual([]);
  });

  it('says of each attacker what is not defended', () => {
    expect(sections.filter((section) => !section.includes('\nNot defended:\n\n- '))).toEqual([]);
  });

  it.each(links)('$file has a title with: $words', ({ words, file }) => {
    const titles = titlesOf(readFileSync(path.join(FOLDER, file), 'utf8'));
    expect(titles.filter((title) => title.includes(words))).not.toEqual([]);
  });
});

/** The texts that are the first argument of a call: a title is one, a comment is not. */
function titlesOf(source: string): string[] {
  const texts = source.matchAll(
    /\(\s*(?<quote>['"`])(?<text>(?:(?!\k<quote>)[^\\]|\\.)*)\k<quote>/g,
  );
  return [...texts].flatMap(({ groups }) => groups?.['text'] ?? []);
}
