import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

const PACKAGES = readdirSync(path.join(ROOT, 'packages'));

it.each(PACKAGES)('%s says what it is, to whoever finds it and to whoever opens it', (name) => {
  const folder = path.join(ROOT, 'packages', name);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as object;
  expect(manifest).toMatchObject({
    license: 'Apache-2.0',
    description: expect.stringMatching(/\.$/),
    keywords: expect.arrayContaining([expect.any(String)]),
  });
  const readme = readFileSync(path.join(folder, 'README.md'), 'utf8');
  expect(readme.startsWith(`# @cuepoint/${name}\n`)).toBe(true);
  const links = [...readme.matchAll(/\]\((?<file>[^)#]+)/g)].map(({ groups }) => groups?.['file']);
  expect(links.filter((file = '') => !existsSync(path.join(folder, file)))).toEqual([]);
});

/** Two printed pages, at some 3,000 signs each. */
const PAGES_2 = 6_000;

it.each(['SECURITY.md', 'CONTRIBUTING.md', 'docs/backup.md', 'docs/embed.md', 'docs/upgrade.md'])(
  '%s is under two pages',
  (file) => {
    expect(readFileSync(path.join(ROOT, file), 'utf8').length).toBeLessThan(PAGES_2);
  },
);
