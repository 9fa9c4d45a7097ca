import { describe, expect, test } from 'vitest';
import { specifiersOf, violationsOf, type PackageRules } from './import-rules.ts';
import { packageFolders, readJson, sourceFiles } from './source-files.ts';

/** The arrows: what is not in this table may not be imported. */
const RULES_BY_FOLDER: Readonly<Record<string, PackageRules>> = {
  'packages/core': {
    name: '@cuepoint/core',
    imports: [],
    usesNode: false,
    onlyThirdParty: ['typebox'],
  },
  'packages/files': { name: '@cuepoint/files', imports: ['@cuepoint/core'], usesNode: true },
  'packages/hooks': { name: '@cuepoint/hooks', imports: ['@cuepoint/core'], usesNode: true },
  'packages/store': { name: '@cuepoint/store', imports: ['@cuepoint/core'], usesNode: true },
  'packages/server': {
    name: '@cuepoint/server',
    imports: [
      '@cuepoint/core',
      '@cuepoint/files',
      '@cuepoint/hooks',
      '@cuepoint/store',
      '@cuepoint/trakt',
    ],
    usesNode: true,
  },
  'packages/trakt': { name: '@cuepoint/trakt', imports: ['@cuepoint/core'], usesNode: true },
  'packages/client': { name: '@cuepoint/client', imports: ['@cuepoint/core'], usesNode: false },
  'apps/console': {
    name: '@cuepoint/console',
    imports: ['@cuepoint/client'],
    usesNode: false,
    isBundled: true,
  },
};

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface CompilerSettings {
  readonly extends?: string;
  readonly compilerOptions: {
    readonly lib?: readonly string[];
    readonly types?: readonly string[];
  };
}

function manifestOf(folder: string): Manifest {
  return readJson(`${folder}/package.json`) as Manifest;
}

const rootManifest = manifestOf('.');

function declaredBy({ dependencies, peerDependencies, devDependencies }: Manifest) {
  const { devDependencies: shared } = rootManifest;
  return {
    runtime: Object.keys({ ...dependencies, ...peerDependencies }),
    development: Object.keys({ ...devDependencies, ...shared }),
  };
}

describe('the packages of this repository', () => {
  test('each have a row in the table of arrows, under their own name', () => {
    expect(packageFolders()).toContain('packages/core');
    for (const folder of packageFolders()) {
      expect(RULES_BY_FOLDER[folder]?.name).toBe(manifestOf(folder).name);
    }
  });

  test.each(packageFolders())('%s imports along the arrows only', (folder) => {
    const rules = RULES_BY_FOLDER[folder];
    if (rules === undefined) throw new Error(`${folder} has no row in the table`);
    const declared = declaredBy(manifestOf(folder));
    const violations = sourceFiles(`${folder}/src`, /\.tsx?$/).flatMap((file) =>
      violationsOf(file, folder, rules, declared),
    );
    expect(violations).toEqual([]);
  });

  test.each(packageFolders())('%s declares no dependency against the arrows', (folder) => {
    const { dependencies, peerDependencies } = manifestOf(folder);
    const names = Object.keys({ ...dependencies, ...peerDependencies });
    const rules = RULES_BY_FOLDER[folder];
    for (const name of names.filter((dependency) => dependency.startsWith('@cuepoint/'))) {
      expect(rules?.imports).toContain(name);
    }
    expect(names).toEqual(rules?.onlyThirdParty ?? names);
  });
});

test('the arrows have no way round: nothing is reached from itself', () => {
  const rules = Object.values(RULES_BY_FOLDER);
  const reached = (name: string): string[] =>
    (rules.find((rule) => rule.name === name)?.imports ?? []).flatMap((next) =>
      [next].concat(reached(next)),
    );
  for (const { name } of rules) expect(reached(name)).not.toContain(name);
});

test('core is compiled without any platform: no Node, no DOM, no timers', () => {
  const core = readJson('packages/core/tsconfig.json') as CompilerSettings;
  const base = readJson('tsconfig.base.json') as CompilerSettings;
  expect(core.extends).toBe('../../tsconfig.base.json');
  expect(core.compilerOptions.lib ?? base.compilerOptions.lib).toEqual(['es2023']);
  expect(core.compilerOptions.types ?? base.compilerOptions.types).toEqual([]);
  const references = sourceFiles('packages/core/src', /\.ts$/).filter(({ source }) =>
    /^\/\/\/\s*<reference/m.test(source),
  );
  expect(references.map(({ path }) => path)).toEqual([]);
});

describe('the check itself', () => {
  test('finds every way to name another module, and none in comments', () => {
    const source = `
      import 'a';
      import b from 'b';
      import type { C } from "c";
      import {
        d,
        type E,
      } from 'd/e';
      import * as f from 'f';
      export * from './g.ts';
      export { h } from './h.ts';
      export const list = Array.from('not a module');
      const i = await import('i');
      type J = import('j').J;
      const k = require('k');
      // import l from 'l';
      /** import m from 'm'; */
    `;
    expect(specifiersOf(source).toSorted()).toEqual(
      ['./g.ts', './h.ts', 'a', 'b', 'c', 'd/e', 'f', 'i', 'j', 'k'].toSorted(),
    );
  });

  const core = RULES_BY_FOLDER['packages/core'];
  const store = RULES_BY_FOLDER['packages/store'];
  const app = RULES_BY_FOLDER['apps/console'];
  const declared = { runtime: ['typebox', 'pg', '@scope/kit'], development: ['fast-check'] };

  function violations(path: string, specifier: string, rules: PackageRules | undefined): number {
    if (rules === undefined) throw new Error('there is no such row');
    const folder = path.split('/').slice(0, 2).join('/');
    return violationsOf({ path, source: `import x from '${specifier}';` }, folder, rules, declared)
      .length;
  }

  test.each([
    ['packages/core/src/a.ts', '@cuepoint/store', core],
    ['packages/core/src/a.ts', '@cuepoint/core', core],
    ['packages/core/src/a.ts', 'node:fs', core],
    ['packages/core/src/a.ts', 'pg', core],
    ['packages/core/src/a.ts', 'fast-check', core],
    ['packages/core/src/a.ts', './testing/b.ts', core],
    ['packages/core/src/a.test.ts', '@cuepoint/store', core],
    ['packages/store/src/a.ts', '@cuepoint/server', store],
    ['packages/store/src/a.ts', '@cuepoint/serverless', store],
    ['packages/store/src/a.ts', '../../core/src/op.ts', store],
    ['packages/store/src/a.ts', '../../core/src/testing/op-arbitraries.ts', store],
    ['packages/store/src/a.test.ts', '../../core/src/op.ts', store],
    ['packages/store/src/a.ts', '../../storefront/a.ts', store],
    ['packages/store/src/a.ts', 'fs', store],
    ['packages/store/src/a.ts', 'undeclared', store],
    ['packages/store/src/a.test.ts', 'undeclared', store],
    ['apps/console/src/a.ts', '@cuepoint/server', app],
    ['apps/console/src/a.tsx', 'node:fs', app],
    ['apps/console/src/a.tsx', 'undeclared', app],
  ])('%s may not import %s', (path, specifier, rules) => {
    expect(violations(path, specifier, rules)).toBe(1);
  });

  test.each([
    ['packages/core/src/a.ts', './b.ts', core],
    ['packages/core/src/a.ts', 'typebox/compile', core],
    ['packages/core/src/a.test.ts', 'fast-check', core],
    ['packages/core/src/a.test.ts', 'node:fs', core],
    ['packages/core/src/a.test.ts', './testing/b.ts', core],
    ['packages/store/src/a.ts', '@cuepoint/core', store],
    ['packages/store/src/a.ts', 'node:fs/promises', store],
    ['packages/store/src/a.ts', '@scope/kit/part', store],
    [
      'packages/store/src/deep/a.prop.test.ts',
      '../../../core/src/testing/op-arbitraries.ts',
      store,
    ],
    ['apps/console/src/a.tsx', '@cuepoint/client/react', app],
    ['apps/console/src/a.tsx', 'fast-check', app],
    ['packages/store/src/a.pg.test.ts', '../../../test/support/postgres-server.ts', store],
  ])('%s may import %s', (path, specifier, rules) => {
    expect(violations(path, specifier, rules)).toBe(0);
  });
});
