import type { ClientErrorCode, HaltCode } from '@cuepoint/client';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

const guide = readFileSync(path.join(ROOT, 'docs/client.md'), 'utf8');
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const ofTvs = readFileSync(path.join(ROOT, 'docs/tv.md'), 'utf8');
const ofLibrary = readFileSync(path.join(ROOT, 'docs/library.md'), 'utf8');
const ofNative = readFileSync(path.join(ROOT, 'docs/native.md'), 'utf8');
const [, inAnApp = ''] = readme.split('\n## In an app\n');
const blocks = [
  ...blocksOf(guide, 'guide'),
  ...blocksOf(ofTvs, 'tv'),
  ...blocksOf(ofNative, 'native'),
  ...blocksOf(ofLibrary, 'library'),
  ...blocksOf(inAnApp.split('\n## ')[0] ?? '', 'readme'),
];

/** What the reader's app has; a block that declares one of them means its own. */
const READERS_APP = `
declare const state: import('@cuepoint/client').WatchState;
declare const options: import('@cuepoint/client').WatchStateOptions;
declare const video: HTMLVideoElement;
declare const session: { token(): Promise<string | undefined> };
declare function openPlayer(contentId: string, positionSeconds?: number): Promise<boolean>;
declare const openPlayerFor: import('@cuepoint/client').LoadHandler;
declare function sourceOf(contentId: string): string;
declare function showHint(text: string): void;
`;

/** What the packages of an app in React Native declare, which are not installed here. */
const NATIVE_MODULES = '../../examples/native-modules.d.ts';
/** What the sources of the store declare for themselves. */
const STORE_MODULES = '../../packages/store/src/fs-native-extensions.d.ts';

test('every block of TypeScript compiles', () => {
  expect(blocks.length).toBeGreaterThan(15);
  expect(blocks.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^readme/));
  const folder = path.join(ROOT, 'artifacts', 'client-guide');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of blocks) {
    writeFileSync(path.join(folder, name), `${code}\nexport {};\n`);
  }
  writeFileSync(path.join(folder, 'app.d.ts'), READERS_APP);
  const compilerOptions = {
    customConditions: ['cuepoint-source'],
    noUnusedLocals: false,
    noUnusedParameters: false,
    rootDir: '../..',
  };
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.tests.json',
      compilerOptions,
      include: ['*', NATIVE_MODULES, STORE_MODULES],
    }),
  );
  const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  expect(stdout).toBe('');
});

describe('the tables', () => {
  const HALT_CODES: Readonly<Record<HaltCode, true>> = {
    signed_out: true,
    token_unreadable: true,
    device_revoked: true,
    device_replaced: true,
    protocol_unsupported: true,
    user_erased: true,
  };
  const ERROR_CODES: Readonly<Record<ClientErrorCode, true>> = {
    closed: true,
    storage_failed: true,
    dead_letter: true,
    no_such_dead_letter: true,
  };

  test.each([
    ['`haltedBy`', HALT_CODES],
    ['`code`', ERROR_CODES],
  ])('under %s have every code that there is, and no other', (heading, codes) => {
    expect(codesOfTable(heading)).toEqual(Object.keys(codes));
  });

  test('of hooks have every hook', async () => {
    const hooks = Object.keys(await import('@cuepoint/client/react')).filter((name) =>
      name.startsWith('use'),
    );
    expect(
      codesOfTable('hook')
        .map((text) => text.split('(')[0])
        .toSorted(),
    ).toEqual(hooks.toSorted());
  });
});

test('every link within the page has a place', () => {
  const anchors = new Set(
    [...guide.matchAll(/^#{1,4} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  const links = [...guide.matchAll(/\]\(#([a-z0-9-]+)\)/g)].map(([, link]) => link);
  expect(links.filter((link) => link === undefined || !anchors.has(link))).toEqual([]);
});

/** Each under the line where it begins. */
function blocksOf(text: string, document: string) {
  return [...text.matchAll(/^```(?<language>tsx?)\n(?<code>[^]*?)\n```$/gm)].map(
    ({ groups: { language = '', code = '' } = {}, index }) => ({
      name: `${document}-line-${text.slice(0, index).split('\n').length}.${language}`,
      code,
    }),
  );
}

/** The first column of the table whose first column has this heading. */
function codesOfTable(heading: string): string[] {
  const [, table = ''] = guide.split(`\n| ${heading} |`);
  const rows = (table.split('\n\n')[0] ?? '').split('\n').slice(2);
  return rows.map((row) => /^\| `(?<code>[^`]+)`/.exec(row)?.groups?.['code'] ?? row);
}
