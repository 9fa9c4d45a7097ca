import { parseArgs } from 'node:util';

export interface Flags {
  readonly minutes: number;
  readonly users: number;
  readonly rate: number | undefined;
  readonly seed: number;
  /** Whether the plots go to where the documentation shows them. */
  readonly isForDocs: boolean;
}

export const USAGE = `npm run soak -- [--minutes N] [--users N] [--rate N] [--seed N] [--docs]

  --minutes N   how long it lasts; default 60
  --users N     people with two devices each; default 50
  --rate N      changes in a second; default half of what is held, which is measured first
  --seed N      of the load and the faults; default one that nobody has tried
  --docs        puts the plots into docs/images/soak/

SIGTERM ends it early, with its last check and its report.`;

/** @throws Error that says what is wrong with the arguments */
export function parseFlags(args: readonly string[], { nowMs }: { readonly nowMs: number }): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      users: { type: 'string' },
      rate: { type: 'string' },
      seed: { type: 'string' },
      docs: { type: 'boolean', default: false },
    },
  });
  return {
    minutes: positive('minutes', values.minutes) ?? 60,
    users: positive('users', values.users) ?? 50,
    rate: positive('rate', values.rate),
    seed: positive('seed', values.seed) ?? nowMs % 1_000_000_000,
    isForDocs: values.docs,
  };
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} takes a number above 0, not "${text}"`);
}
