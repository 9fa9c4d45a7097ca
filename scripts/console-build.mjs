// Tells whether the console has to be built. Plain JavaScript without dependencies, as its caller.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What `vite build` writes last of all that the service serves. */
const BUILT = 'packages/server/console/index.html';

/** What goes into it: its own sources, those of the packages that it bundles, and the lock of the others. */
const SOURCES = ['apps/console', 'packages/client/src', 'packages/core/src', 'package-lock.json'];
const SKIPPED = new Set(['node_modules']);

/** True where it is missing, or older than any of its sources. */
export function isConsoleStale(root) {
  const builtAt = modifiedAt(path.join(root, BUILT));
  return SOURCES.some((source) => newestIn(path.join(root, source)) > builtAt);
}

/** In ms since the epoch; before all time where nothing is there. */
function newestIn(file) {
  const entry = statSync(file, { throwIfNoEntry: false });
  if (entry === undefined) return Number.NEGATIVE_INFINITY;
  if (!entry.isDirectory()) return entry.mtimeMs;
  // The folder's own time tells of what was deleted from it.
  return readdirSync(file)
    .filter((name) => !SKIPPED.has(name))
    .reduce((newest, name) => Math.max(newest, newestIn(path.join(file, name))), entry.mtimeMs);
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}
