import { CuepointError } from '@cuepoint/core';
import {
  flagOf,
  SETTING_NAMES,
  settingOf,
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

/** Reads the settings of these groups, all of them even when the first is wrong. */
export function readSettings(
  sources: SettingSources,
  groups?: readonly SettingGroup[],
): SettingReading {
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [];
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
  const given = present(flags?.[name]) ?? present(env[setting.env]);
  if (setting.secret !== true) return given;
  const path = present(env[`${setting.env}_FILE`]);
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

/** An empty variable is an unset one: that is how compose files and shells clear them. */
function present(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
