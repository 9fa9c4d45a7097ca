import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';
import { clientFiles } from '../../scripts/build-client.mjs';
import { ROOT } from './source-files.ts';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** `@scope/name/part` → `@scope/name`. */
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

it.each(['core', 'files', 'store', 'server', 'client'])(
  'whoever installs %s has every package that its types name, and those without types of their own with their types',
  (name) => {
    const folder = path.join(ROOT, 'packages', name);
    const manifest = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    ) as Manifest;
    const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const files = readdirSync(path.join(folder, 'dist'), {
      recursive: true,
      encoding: 'utf8',
    }).filter((file) => file.endsWith('.d.ts') && !/\btesting\b|\.test\.d\.ts$/.test(file));
    expect(files.length).toBeGreaterThan(0);
    const named = files.flatMap((file) =>
      [
        ...readFileSync(path.join(folder, 'dist', file), 'utf8').matchAll(/from '([^.'][^']*)'/g),
      ].map(([, specifier = '']) => packageOf(specifier)),
    );
    const missing = [...new Set(named)]
      .flatMap((wanted) => (isBuiltin(wanted) ? [] : [wanted].concat(typesOf(wanted))))
      .filter((wanted) => !installed.includes(wanted));
    expect(missing).toEqual([]);
  },
);

/** The package with the types of one that brings none, where there is one. */
function typesOf(wanted: string): readonly string[] {
  const types = `@types/${wanted.replace(/^@/, '').replace('/', '__')}`;
  const root = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  // React's own users have its types already.
  return types in root.devDependencies && wanted !== 'react' ? [types] : [];
}

it('the hooks are a client module, so that a server component may import the provider', async () => {
  const entry = (await clientFiles()).get('react/index.js') ?? '';
  expect(entry.split('\n')[0]).toBe('"use client";');
});
