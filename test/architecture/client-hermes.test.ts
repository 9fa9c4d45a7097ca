import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { clientFiles } from '../../scripts/build-client.mjs';
import { asMetroLeaves } from '../support/native-bundle.ts';
import { ROOT } from './source-files.ts';

const require = createRequire(import.meta.url);
const FOLDERS: Readonly<Record<string, string>> = { linux: 'linux64-bin', darwin: 'osx-bin' };
const COMPILER = path.join(
  path.dirname(require.resolve('hermes-compiler')),
  'hermesc',
  FOLDERS[process.platform] ?? 'win64-bin',
  'hermesc',
);

/** @returns what Hermes says of it. */
function compile(name: string, code: string): string {
  const folder = path.join(ROOT, 'artifacts', 'hermes');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, code);
  const { error, status, stderr } = spawnSync(
    COMPILER,
    ['-emit-binary', '-O', '-out', `${file}.hbc`, file],
    { encoding: 'utf8' },
  );
  if (error !== undefined) throw error;
  return status === 0 ? '' : stderr;
}

const files = await clientFiles();
const modules = [...files.keys()].filter((name) => /(?<!global)\.js$/.test(name));

test.each(modules)('[ENG1] Hermes takes %s as the preset of React Native leaves it', (name) => {
  const code = asMetroLeaves(files.get(name) ?? '');
  expect(code.length).toBeGreaterThan(100);
  expect(compile(`native-${name.replaceAll('/', '-')}`, code)).toBe('');
});

test('[ENG1] Hermes takes the classic script as it is', () => {
  expect(compile('global.js', files.get('cuepoint.global.js') ?? '')).toBe('');
});

test('what Hermes does not take would be seen', () => {
  expect(compile('wrong.js', 'async function* f() { yield 1; } f();')).toContain('unsupported');
});
