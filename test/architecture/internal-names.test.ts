import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { INTERNAL_NAMES } from '../../scripts/internal-names.mjs';
import { ROOT, sourceFiles } from './source-files.ts';

const CLIENT = path.join(ROOT, 'packages/client/dist');
const WORD = /[A-Za-z_$][\w$]*/g;
/** What other tabs, a storage and the service are told. */
const TOLD = [
  'TabEnvelope',
  'StoredEntry',
  'StoredMeta',
  'StoredTag',
  'Lease',
  'DownMessage',
  'UpMessage',
];
/** Named by a type of the above, and told to nobody: a whole state is read from the storage by the other tabs. */
const NOT_TOLD = ['Acknowledged'];

/** Declarations by their names, without comments. */
function declarationsIn(folder: string): Map<string, string> {
  const declarations = new Map<string, string>();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const file of paths) {
    if (!file.endsWith('.d.ts') || /\btesting\b|\.test\./.test(file)) continue;
    const text = readFileSync(path.join(folder, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    for (const declaration of text.split(/^(?=export |declare |interface |type |import )/m)) {
      const name = /\b(?:interface|type|class|const|function) ([\w$]+)/.exec(declaration)?.[1];
      if (name === undefined || declaration.startsWith('import')) continue;
      declarations.set(name, (declarations.get(name) ?? '') + declaration);
    }
  }
  return declarations;
}

/** All that the entry points of the package export, by name. */
function exportedNames(): string[] {
  const folders = ['facades', 'players', 'react/entries'];
  const entries = folders.flatMap((folder) =>
    readdirSync(path.join(CLIENT, folder))
      .filter((file) => file.endsWith('.d.ts'))
      .map((file) => `${folder}/${file}`),
  );
  return ['index.d.ts', 'react/index.d.ts', ...entries].flatMap((file) => {
    const text = readFileSync(path.join(CLIENT, file), 'utf8');
    const own = [
      ...text.matchAll(/^export (?:declare )?(?:interface|type|class|const|function) ([\w$]+)/gm),
    ];
    const others = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)];
    return [...own, ...others].flatMap(([, names = '']) => names.match(WORD) ?? []);
  });
}

it('[ENG1] names that the build shortens are of nothing that leaves a page, nor of the platform', () => {
  const declarations = new Map([
    ...declarationsIn(path.join(ROOT, 'packages/core/dist')),
    ...declarationsIn(CLIENT),
  ]);
  const words = new Set<string>();
  const reached = new Set(NOT_TOLD);
  const waiting = [...TOLD, ...exportedNames()];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const word of declarations.get(name)?.match(WORD) ?? []) {
      words.add(word);
      if (declarations.has(word)) waiting.push(word);
    }
  }
  // It has seen types that an app, a tab and the service have.
  for (const known of ['whenDurable', 'clockOffsetMs', 'positionSeconds', 'foldedInto', 'onGone']) {
    expect(words).toContain(known);
  }
  expect(INTERNAL_NAMES.filter((name) => words.has(name))).toEqual([]);
  const platform = platformMembers();
  expect(platform).toContain('addEventListener');
  expect(INTERNAL_NAMES.filter((name) => platform.has(name))).toEqual([]);
});

it('the build shortens no name that nobody uses any more', () => {
  const sources = ['packages/client/src', 'packages/core/src']
    .flatMap((folder) => sourceFiles(folder, /(?<!\.test)\.ts$/))
    .map(({ source }) => source)
    .join('\n');
  const isUsed = (name: string) => new RegExp(`\\b${name}\\b`).test(sources);
  expect(INTERNAL_NAMES.filter((name) => !isUsed(name))).toEqual([]);
  expect(new Set(INTERNAL_NAMES).size).toBe(INTERNAL_NAMES.length);
});

/** Of JavaScript and the DOM, as TypeScript's own libraries declare them. */
function platformMembers(): Set<string> {
  const packages = path.join(ROOT, 'node_modules/@typescript');
  const members = new Set<string>();
  for (const name of readdirSync(packages).filter((folder) => folder.startsWith('typescript-'))) {
    const folder = path.join(packages, name, 'lib');
    for (const file of readdirSync(folder).filter((each) => /^lib\..*\.d\.ts$/.test(each))) {
      const text = readFileSync(path.join(folder, file), 'utf8');
      for (const [, member = ''] of text.matchAll(
        /^\s+(?:readonly |get |set )?([\w$]+)\??[:(<]/gm,
      )) {
        members.add(member);
      }
    }
  }
  return members;
}
