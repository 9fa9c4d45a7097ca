import { flagOf, SETTING_NAMES, settingOf } from '@cuepoint/server';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILT_RULE_IDS, idsInTitles } from './rule-table.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** `| id | guarantee | [test](path) |` */
const GUARANTEE_ROW = /^\| (?<id>[A-Z]+\d+) \| .+ \| \[.+\]\((?<file>.+)\) \|$/;

const guarantees = README.split('\n').flatMap((line) => {
  const { id = '', file = '' } = GUARANTEE_ROW.exec(line)?.groups ?? {};
  return id === '' ? [] : [{ id, file }];
});

describe('the README', () => {
  it('names a test for every rule of the clock, the state, the store, access, live sessions and clients', () => {
    expect(guarantees.map(({ id }) => id)).toEqual(BUILT_RULE_IDS);
  });

  it.each(guarantees)('$id stands in a title of $file', ({ id, file }) => {
    expect(idsInTitles(readFileSync(path.join(ROOT, file), 'utf8'))).toContain(id);
  });

  it('has no place that is still to be filled', () => {
    expect(README).not.toContain('@@');
  });

  it('lists every setting as the service reads it', () => {
    expect(README).toContain(settingsTable());
  });
});

describe('links in the documents', () => {
  const documents = ['README.md', 'CHANGELOG.md', ...markdownFiles('docs')];

  it.each(documents)('%s links to files that exist', (document) => {
    const text = readFileSync(path.join(ROOT, document), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:)(?<file>[^)#]+)/g)].flatMap(
      ({ groups }) => groups?.['file'] ?? [],
    );
    const folder = path.dirname(path.join(ROOT, document));
    expect(targets.filter((target) => !existsSync(path.join(folder, target)))).toEqual([]);
  });
});

function markdownFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(folder, file));
}

/** To write it anew: this is the text that the failing test shows. */
function settingsTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const setting = settingOf(name);
    const flag = flagOf(name);
    const byDefault = setting.default === undefined ? '' : `\`${setting.default}\``;
    const by = flag === undefined ? 'secret' : `\`${flag}\``;
    return `| \`${setting.env}\` | ${by} | ${byDefault} | ${setting.description} |`;
  });
  return ['| variable | flag | default | what |', '|---|---|---|---|', ...rows].join('\n');
}
