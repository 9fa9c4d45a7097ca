import { parseArgs } from 'node:util';
import type { Scale } from './workload.ts';

export interface Flags {
  /** Names of workloads; empty for all. */
  readonly only: readonly string[];
  readonly scale: Scale;
  /** Folder of the results in `artifacts/`: a smoke run does not replace what was measured. */
  readonly resultsFolder: string;
}

const FULL: Scale = {
  seconds: 8,
  rounds: 5,
  users: 5_000,
  contentsPerUser: 100,
  watchlistItems: 100_000,
  writes: 2_000,
};

/** Small enough to end in seconds: it shows that every workload runs, its figures mean nothing. */
const SMOKE: Scale = {
  seconds: 0.3,
  rounds: 1,
  users: 200,
  contentsPerUser: 10,
  watchlistItems: 1_000,
  writes: 20,
};

export const USAGE = `npm run bench -- [--only NAME]… [--smoke] [--seconds N] [--rounds N]

  --only NAME   run this workload only; may be given more than once
  --smoke       a run of seconds that shows that everything works
  --seconds N   measured time of one variant in one round (default ${FULL.seconds})
  --rounds N    rounds, variants in turn (default ${FULL.rounds})
`;

export function parseFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      smoke: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const base = values.smoke ? SMOKE : FULL;
  return {
    only: values.only,
    resultsFolder: values.smoke ? 'bench-smoke' : 'bench',
    scale: {
      ...base,
      seconds: values.seconds === undefined ? base.seconds : positive('seconds', values.seconds),
      rounds: values.rounds === undefined ? base.rounds : positive('rounds', values.rounds),
    },
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not "${text}".`);
  return value;
}
