import { execFileSync } from 'node:child_process';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';

/** Debian's own; the tests download none. */
const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome'];

const command = COMMANDS.map((candidate) => {
  try {
    return execFileSync('which', [candidate], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}).find((found) => found !== undefined && found !== '');

/**
 * Whether tests in a browser can run.
 *
 * Where it is missing they are skipped, and that is said loudly; in CI it is an error. `.ci/run` installs it.
 */
export function hasChromium(): boolean {
  if (command !== undefined) return true;
  if (process.env['CI'] === 'true') {
    throw new Error(
      'There is no Chromium: the tests in a browser cannot run, and in CI they have to.',
    );
  }
  process.stderr.write(
    '\n!!! SKIPPED: the tests in a browser, since there is no Chromium (apt-get install chromium)\n\n',
  );
  return false;
}

/** @param args of the command line, beside those that every test needs. */
export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch(optionsOf(args));
}

/** What it stores is in the folder, and is there when it is launched with that again. */
export function launchProfile(folder: string, args: readonly string[]): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, optionsOf(args));
}

function optionsOf(args: readonly string[]) {
  if (command === undefined) throw new Error('there is no Chromium');
  return {
    executablePath: command,
    // As root there is no sandbox to be had; the pages are our own.
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', ...args],
    // As people have it.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  };
}
