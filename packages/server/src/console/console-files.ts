import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `vite build` in apps/console leaves what the service serves; the package carries it. */
const CONSOLE_DIRECTORY = fileURLToPath(new URL('../../console/', import.meta.url));

/** The built console. */
export interface ConsoleFiles {
  readonly directory: string;
  /** False where it was never built: the service runs all the same, its pages say what is missing. */
  readonly areBuilt: boolean;
}

export function findConsoleFiles(directory: string = CONSOLE_DIRECTORY): ConsoleFiles {
  return { directory, areBuilt: existsSync(join(directory, 'index.html')) };
}
