import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { isTestCode, type SourceFile } from './source-files.ts';

export interface PackageRules {
  readonly name: string;
  /** Packages of this repository that its code may import. */
  readonly imports: readonly string[];
  /** Whether it may use Node's own modules. */
  readonly usesNode: boolean;
  /** Built into one bundle, and installed by nobody: what it imports are development dependencies. */
  readonly isBundled?: boolean;
  /** The only other packages it may import; without a list, those it declares. */
  readonly onlyThirdParty?: readonly string[];
}

export interface DeclaredDependencies {
  /** What a user installs with it, peers included. */
  readonly runtime: readonly string[];
  /** What only its tests have, those of the repository included. */
  readonly development: readonly string[];
}

/** Where tests of other packages may reach, past the package's own folder. */
const SHARED_TEST_FOLDERS = [
  'packages/core/src/testing/',
  'packages/trakt/src/testing/',
  'test/support/',
];

/** The specifiers that `source` imports, re-exports or loads. */
export function specifiersOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const patterns = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\b(?:import|require|require\.resolve)\(\s*['"]([^'"]+)['"]/g,
  ];
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []),
  );
}

/** One line for each import of `file` that the rules of its package forbid. */
export function violationsOf(
  file: SourceFile,
  folder: string,
  rules: PackageRules,
  declared: DeclaredDependencies,
): string[] {
  return specifiersOf(file.source).flatMap((specifier) => {
    const reason = reasonAgainst(specifier, file.path, folder, rules, declared);
    return reason === undefined ? [] : [`${file.path} imports ${specifier}: ${reason}`];
  });
}

function reasonAgainst(
  specifier: string,
  path: string,
  folder: string,
  rules: PackageRules,
  declared: DeclaredDependencies,
): string | undefined {
  const isTest = isTestCode(path);
  if (specifier.startsWith('.')) return reasonAgainstPath(specifier, path, folder, isTest);
  const name = packageNameOf(specifier);
  if (name.startsWith('@cuepoint/')) {
    const isAllowed = name === rules.name ? isTest : rules.imports.includes(name);
    return isAllowed ? undefined : 'there is no arrow to it';
  }
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return 'built-ins are named with node:';
    return rules.usesNode || isTest ? undefined : 'it runs without Node';
  }
  const isBundled = rules.isBundled === true;
  // A module that the bundler's own configuration makes.
  if (isBundled && specifier.startsWith('virtual:')) return undefined;
  const takesDevelopment = isTest || isBundled;
  if (takesDevelopment && declared.development.includes(name)) return undefined;
  if (!declared.runtime.includes(name)) return 'it is no dependency of the package';
  const isListed = rules.onlyThirdParty?.includes(name) ?? true;
  return isListed || isTest ? undefined : 'it is not among the few it may use';
}

function reasonAgainstPath(
  specifier: string,
  path: string,
  folder: string,
  isTest: boolean,
): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (isTest && SHARED_TEST_FOLDERS.some((shared) => target.startsWith(shared))) return undefined;
  if (!target.startsWith(`${folder}/`)) return 'it reaches into another package';
  return isTestCode(target) && !isTest ? 'it is test code' : undefined;
}

function packageNameOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
