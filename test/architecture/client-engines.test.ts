import { Linter } from 'eslint';
import compat from 'eslint-plugin-compat';
import esX from 'eslint-plugin-es-x';
import { expect, test } from 'vitest';
import { clientFiles } from '../../scripts/build-client.mjs';
import { isTestCode, sourceFiles } from './source-files.ts';

/** As they are built: what is in `dist` may be older. */
const files = [...(await clientFiles())].filter(([name]) => name.endsWith('.js'));

/**
 * Names that not every engine has, and what the SDK asks before it takes one of them. All others it takes from `engine`, where
 * each may be missing.
 */
const ASKED_FOR = {
  globalThis: 'there is no `self`: Node, and nothing older than both',
  self: '`typeof`',
  AbortController: 'there is `navigator.locks`, which is younger',
  BroadcastChannel: '`engine` has it',
  document: '`engine` has it',
  MessageChannel: '`engine` has it',
  indexedDB: '`engine` has it, or the app asked for `indexedDbStorage`',
  IDBKeyRange: 'there is `indexedDB`',
  localStorage: 'in a `try`: a browser may refuse it as well',
} as const;
/** What else a platform of JavaScript has, be it a browser, Node or Hermes. */
const EVERYWHERE = ['setTimeout', 'clearTimeout'];

const SYNTAX = { module: 'flat/restrict-to-es2018', script: 'flat/restrict-to-es2016' } as const;
type Kind = keyof typeof SYNTAX;

const RULES: Linter.RulesRecord = {
  // Of ES2018, and a version younger than Chromium 63, which modules are for.
  'es-x/no-regexp-unicode-property-escapes': 'error',
  'es-x/no-regexp-named-capture-groups': 'error',
  // By their names these cannot be told from those of arrays; the compiler knows none of iterators.
  ...Object.fromEntries(
    Object.keys(esX.rules)
      .filter((name) => name.startsWith('no-iterator-prototype-'))
      .map((name) => [`es-x/${name}`, 'off']),
  ),
  'compat/compat': 'error',
  'no-undef': 'error',
};

function faultsIn(code: string, asked: readonly string[], kind: Kind = 'module'): string[] {
  const messages = new Linter().verify(code, [
    {
      plugins: { compat, 'es-x': esX },
      rules: {
        ...esX.configs[SYNTAX[kind]].rules,
        ...RULES,
        ...(asked.includes('globalThis') && { 'es-x/no-global-this': 'off' }),
      },
      languageOptions: {
        ecmaVersion: 'latest',
        sourceType: 'module',
        globals: Object.fromEntries([...asked, ...EVERYWHERE].map((name) => [name, false])),
      },
      settings: {
        browsers: ['chrome 53'],
        lintAllEsApis: true,
        polyfills: [...asked],
        'es-x': { aggressive: true },
      },
    },
  ]);
  return [...new Set(messages.map(({ ruleId, message }) => `${ruleId}: ${message}`))];
}

test.each(files)(
  '[ENG1] %s has no name that Chromium 53 lacks, and no syntax of later years',
  (name, code) => {
    const kind = name === 'cuepoint.global.js' ? 'script' : 'module';
    expect(faultsIn(code, Object.keys(ASKED_FOR), kind)).toEqual([]);
  },
);

test('every name that is asked for first is one that the rules would find', () => {
  const faults = files.flatMap(([, code]) => faultsIn(code, [])).join('\n');
  const unused = Object.keys(ASKED_FOR).filter((name) => !faults.includes(`'${name}' `));
  expect(unused).toEqual([]);
});

test.each([
  ['class A { #b = 1 }', 'no-class-instance-fields'],
  ['a?.b', 'no-optional-chaining'],
  ['try { f() } catch { g() }', 'no-optional-catch-binding'],
  ['const a = /\\p{L}/u', 'no-regexp-unicode-property-escapes'],
  ['const a = "".replaceAll("b", "c")', 'no-string-prototype-replaceall'],
  ['const a = [].at(-1)', 'no-array-prototype-at'],
  ['const f = (a) => a.flatMap(g)', 'no-array-prototype-flat'],
  ['const a = Object.fromEntries(b)', 'no-object-fromentries'],
  ['const a = structuredClone(b)', 'compat/compat'],
  ['const a = new URL(b)', 'no-undef'],
  ['const a = performance.now()', 'no-undef'],
  ['const a = crypto.getRandomValues(b)', 'no-undef'],
])('the rules find %s', (code, rule) => {
  expect(faultsIn(code, []).join('\n')).toContain(rule);
});

test('the global object is asked for in one place alone', () => {
  const sources = sourceFiles('packages/client/src', /\.tsx?$/).filter(
    ({ path }) => !isTestCode(path),
  );
  const asking = sources.filter(({ source }) => /\bglobalThis\b(?!`)/.test(source));
  expect(asking.map(({ path }) => path)).toEqual(['packages/client/src/engine.ts']);
});

test('a private name is written where no text can be taken for one', () => {
  const sources = ['client', 'core'].flatMap((name) =>
    sourceFiles(`packages/${name}/src`, /\.tsx?$/),
  );
  const undeclared = sources.flatMap(({ path, source }) => {
    const declared = new Set(
      [...source.matchAll(/^ +(?:(?:static|readonly|async|get|set) |\*)*#(\w+)/gm)].map(
        ([, name]) => name,
      ),
    );
    const used = [...source.matchAll(/(?<!['"`\w])#([A-Za-z]\w*)/g)].map(([, name]) => name);
    return used.filter((name) => !declared.has(name)).map((name) => `${path}: #${name}`);
  });
  expect(undeclared).toEqual([]);
});
