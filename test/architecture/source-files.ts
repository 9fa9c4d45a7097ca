import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist']);

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly source: string;
}

/** The folders of every package and app, from the repository's root. */
export function packageFolders(): string[] {
  return ['packages', 'apps']
    .filter((parent) => existsSync(join(ROOT, parent)))
    .flatMap((parent) =>
      readdirSync(join(ROOT, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${parent}/${entry.name}`),
    )
    .filter((folder) => existsSync(join(ROOT, folder, 'package.json')));
}

/** Every file below `folder` whose name ends as `ending` says. */
export function sourceFiles(folder: string, ending: RegExp): SourceFile[] {
  const absolute = join(ROOT, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.split(sep).some((part) => SKIPPED_FOLDERS.has(part)))
    .map((path) => ({
      path: relative(ROOT, path).split(sep).join('/'),
      source: readFileSync(path, 'utf8'),
    }));
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** Tests and test doubles: they never reach a user. */
export function isTestCode(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.includes('/src/testing/');
}
