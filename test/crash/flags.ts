import { parseArgs } from 'node:util';

export interface Flags {
  readonly seed: number;
  /** SIGKILLs of the service, over both databases. */
  readonly kills: number;
  /** Names of scenarios; empty for all. */
  readonly only: readonly string[];
  readonly isShort: boolean;
  /** Where the results go as JSON. */
  readonly json: string | undefined;
}

const KILLS_DEFAULT = 200;

export const USAGE = `npm run test:crash -- [--seed N] [--kills N] [--only NAME]… [--short] [--json FILE]

  --seed N     what is drawn by chance; processes and disks have a time of their own (default: of the clock)
  --kills N    SIGKILLs of the service, half of them on each database (default ${KILLS_DEFAULT})
  --only NAME  run this scenario only; may be given more than once
  --short      a round or two of each
  --json FILE  write the results there as well
`;

/** @throws Error for what is no flag, no number or no scenario */
export function parseFlags(
  args: readonly string[],
  { names, nowMs }: { readonly names: readonly string[]; readonly nowMs: number },
): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      kills: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      short: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  for (const name of values.only) {
    if (!names.includes(name)) {
      throw new Error(`there is no scenario ${name}; there are ${names.join(', ')}`);
    }
  }
  return {
    seed: wholeNumber('seed', values.seed) ?? nowMs % 1_000_000_000,
    kills: wholeNumber('kills', values.kills) ?? KILLS_DEFAULT,
    only: values.only,
    isShort: values.short,
    json: values.json,
  };
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes a whole number above 0, not "${text}"`);
}
