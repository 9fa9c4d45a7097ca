import { flagOf, SETTING_NAMES, settingOf } from '@cuepoint/server';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WAYS_IN } from '../../packages/server/src/testing/ways-in.ts';
import { BUILT_RULE_IDS, idsInTitles } from './rule-table.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const README = read('README.md');
/** More is not read to its end. */
const README_LINES_MAX = 150;

/** `| id | guarantee | [test](path) |` */
const GUARANTEE_ROW = /^\| (?<id>[A-Z]+\d+) \| .+ \| \[.+\]\((?<file>.+)\) \|$/;

/** `| path | methods | what |` */
const CALL_ROW = /^\| `(?<path>\/[^`]*)` \| (?<methods>[^|]+) \| .+ \|$/gm;

const guarantees = read('docs/guarantees.md')
  .split('\n')
  .flatMap((line) => {
    const { id = '', file = '' } = GUARANTEE_ROW.exec(line)?.groups ?? {};
    return id === '' ? [] : [{ id, file }];
  });

describe('the documents', () => {
  it('name a test for every rule of the clock, the state, the store, access, live sessions and clients', () => {
    expect(guarantees.map(({ id }) => id)).toEqual(BUILT_RULE_IDS);
  });

  it.each(guarantees)('$id stands in a title of $file', ({ id, file }) => {
    expect(idsInTitles(read(path.join('docs', file)))).toContain(id);
  });

  it('begin with a short README that has no place still to be filled', () => {
    expect(README).not.toContain('@@');
    expect(README.split('\n').length).toBeLessThanOrEqual(README_LINES_MAX);
  });

  it('list every setting as the service reads it', () => {
    expect(read('docs/configuration.md')).toContain(settingsTable());
  });

  it('list every call of the API', () => {
    const listed = [...read('docs/http.md').matchAll(CALL_ROW)].flatMap(({ groups }) =>
      (groups?.['methods'] ?? '')
        .split(', ')
        .map((method) => `${method.replaceAll('`', '')} ${groups?.['path']}`),
    );
    const calls = [...Object.keys(WAYS_IN), 'GET /ws'];
    expect(listed.toSorted()).toEqual(calls.toSorted());
  });
});

describe('links in the documents', () => {
  const documents = [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...markdownFiles('docs'),
  ];

  it.each(documents)('%s links to files that exist', (document) => {
    const text = read(document);
    const targets = [...text.matchAll(/\]\((?!https?:)(?<file>[^)#]+)/g)].flatMap(
      ({ groups }) => groups?.['file'] ?? [],
    );
    const folder = path.dirname(path.join(ROOT, document));
    expect(targets.filter((target) => !existsSync(path.join(folder, target)))).toEqual([]);
  });
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

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
