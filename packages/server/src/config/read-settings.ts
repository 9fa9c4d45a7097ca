import { CuepointError } from '@cuepoint/core';
import {
  flagOf,
  SETTING_NAMES,
  settingOf,
  type Setting,
  type SettingGroup,
  type SettingName,
  type SettingValues,
} from './settings.ts';

export interface SettingSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By setting name; a flag wins over the environment. */
  readonly flags?: Readonly<Partial<Record<string, string>>>;
  readonly readFile: (path: string) => string;
}

/** Values and what is wrong with them; a setting with a problem has no value. */
export interface SettingReading {
  readonly values: Partial<SettingValues>;
  /** One line each, without any value of a setting. */
  readonly problems: readonly string[];
  /** The settings that have a problem: they are there, only not usable. */
  readonly faulty: ReadonlySet<SettingName>;
}

/** Variables of this name that belong to the command line and the examples. */
const OTHER_NAMES: ReadonlySet<string> = new Set(['CUEPOINT_TOKEN', 'CUEPOINT_ADDRESS']);
/** What Kubernetes sets in every pod beside a service whose name begins with `cuepoint`. */
const SERVICE_LINK =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP).*)?)$/;

/** Reads the settings of these groups, all of them even when the first is wrong. */
export function readSettings(
  sources: SettingSources,
  groups?: readonly SettingGroup[],
): SettingReading {
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [...unknownNames(sources.env)];
  const faulty = new Set<SettingName>();
  for (const name of SETTING_NAMES) {
    const setting = settingOf(name);
    if (groups !== undefined && !groups.includes(setting.group)) continue;
    try {
      const text = readText(name, sources) ?? setting.default;
      if (text !== undefined) values[name] = setting.parse(text);
    } catch (error) {
      faulty.add(name);
      problems.push(`${labelOf(name)}: ${(error as Error).message}`);
    }
  }
  return { values: values as Partial<SettingValues>, problems, faulty };
}

export function configurationError(problems: readonly string[]): CuepointError {
  const lines = problems.map((problem) => `  ${problem}`);
  return new CuepointError(
    'configuration_invalid',
    ['The configuration is not valid:', ...lines].join('\n'),
  );
}

/** How messages and the documentation name a setting. */
export function labelOf(name: SettingName): string {
  const flag = flagOf(name);
  const { env } = settingOf(name);
  return flag === undefined ? env : `${env} (${flag})`;
}

function readText(name: SettingName, { env, flags, readFile }: SettingSources): string | undefined {
  const setting = settingOf(name);
  const read = (variable: string) => present(env[variable], variable, setting);
  const given = flags?.[name] ?? read(setting.env);
  if (setting.secret !== true) return given;
  const path = read(`${setting.env}_FILE`);
  if (path === undefined) return given;
  if (given !== undefined) throw new Error(`set it or ${setting.env}_FILE, not both`);
  try {
    return readFile(path).replace(/\r?\n$/, '');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new Error(`cannot read the file that ${setting.env}_FILE names (${reason})`, {
      cause: error,
    });
  }
}

/**
 * An empty variable is an unset one: that is how compose files and shells clear them. Not of what says who may
 * call: there a variable that a compose file failed to fill must not be taken for a decision. [SEC2]
 */
function present(
  text: string | undefined,
  variable: string,
  { group }: Setting<unknown>,
): string | undefined {
  if (text !== '') return text;
  if (group !== 'auth') return undefined;
  throw new Error(`${variable} is set and empty; give it a value, or take it away`);
}

/** A misspelt name must not leave a default in force that nobody chose. [SEC2] */
function* unknownNames(env: SettingSources['env']): Generator<string> {
  const known = new Set(
    SETTING_NAMES.flatMap((name) => {
      const { env: variable, secret } = settingOf(name);
      return secret === true ? [variable, `${variable}_FILE`] : [variable];
    }),
  );
  for (const name of Object.keys(env)) {
    const isOurs = name.startsWith('CUEPOINT_') && env[name] !== undefined;
    if (!isOurs || known.has(name) || OTHER_NAMES.has(name) || SERVICE_LINK.test(name)) continue;
    yield `${name}: there is no such setting`;
  }
}
