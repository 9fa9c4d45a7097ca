import { execFileSync } from 'node:child_process';

/** A page in any engine, as much of it as tests of all three need. */
export interface Tab {
  readonly goto: (url: string) => Promise<void>;
  /**
   * Runs the body of an async function in the page.
   *
   * @param args its `args`; they and what it returns pass as JSON.
   */
  readonly run: <T>(body: string, ...args: readonly unknown[]) => Promise<T>;
  readonly reload: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** Its process is gone at once: nothing of the page runs any more. */
  readonly kill: () => Promise<void>;
}

/** Whose pages are refused storage, as a person sets it. */
export type Refusal = 'third parties' | 'everybody';

export interface OpenOptions {
  /** A name that leads to this machine; not in WebKit, which has no way to say so. */
  readonly host?: string;
  /** A folder with what it stores, which stays; without one it is a private window, or a folder of its own. */
  readonly profile?: string;
  /** In Chromium with a profile; not in WebKit, whose small browser has no such setting. */
  readonly refuses?: Refusal;
}

export interface EngineBrowser {
  readonly version: string;
  /** All tabs share one profile. */
  open(url: string): Promise<Tab>;
  /** Ends it, and deletes the profile that it made. */
  close(): Promise<void>;
  /** Every process of it is gone at once, as if the power were. */
  kill(): Promise<void>;
}

export type EngineName = 'Chromium' | 'Firefox' | 'WebKit';

/** Debian's packages, by what has to be found of them. */
const NEEDS: Readonly<Record<EngineName, Readonly<Record<string, string>>>> = {
  Chromium: { chromium: 'chromium' },
  Firefox: { 'firefox-esr': 'firefox-esr' },
  WebKit: { WebKitWebDriver: 'webkit2gtk-driver', Xvfb: 'xvfb' },
};

function findCommand(name: string): string | undefined {
  try {
    return execFileSync('which', [name], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

export function commandOf(name: string): string {
  const found = findCommand(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** Whether tests in this engine can run. */
export function hasEngine(engine: EngineName): boolean {
  return !isMissing(`the tests in ${engine}`, NEEDS[engine]);
}

/**
 * Where a Debian package is missing, what needs it is skipped, and that is said loudly; in CI it is an error. `.ci/run`
 * installs it.
 */
export function isMissing(what: string, needs: Readonly<Record<string, string>>): boolean {
  const missing = Object.entries(needs).flatMap(([command, name]) =>
    findCommand(command) === undefined ? [name] : [],
  );
  if (missing.length === 0) return false;
  const text = `${what}, since there is no ${missing.join(', no ')}`;
  if (process.env['CI'] === 'true') throw new Error(`In CI they have to run: ${text}.`);
  process.stderr.write(`\n!!! SKIPPED: ${text} (apt-get install ${missing.join(' ')})\n\n`);
  return true;
}

/** What a page runs: `args` is JSON, and so is what comes back. */
export function pageFunction(body: string): string {
  return `async (json) => JSON.stringify(await (async (args) => { ${body} })(JSON.parse(json))) ?? 'null'`;
}
