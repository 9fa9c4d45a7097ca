import { parseArgs } from 'node:util';
import type { Scale } from './workload.ts';

export interface Flags {
  /** Names of workloads; empty for all. */
  readonly only: readonly string[];
  readonly scale: Scale;
  readonly isSmoke: boolean;
  readonly isProfiled: boolean;
  /** Draws what was measured before, and measures nothing. */
  readonly isPlotsOnly: boolean;
  /** Whether the plots go to the documentation too. */
  readonly isForDocs: boolean;
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
  live: {
    users: 500,
    rates: [1_000, 2_000, 4_000, 8_000],
    heldSeconds: 30,
    rounds: 3,
    hasPeer: true,
    idleSockets: 15_000,
    connectsPerSecond: 200,
    connectUsers: 2_000,
  },
  growth: {
    items: [10, 100, 1_000, 10_000, 100_000],
    users: [1_000, 10_000, 100_000, 1_000_000],
    sockets: [100, 1_000, 5_000, 15_000],
    callers: [1, 10, 100, 1_000, 10_000],
  },
  devices: { items: 1_000, merged: 10_000, missed: [10, 100, 1_000], devices: 5, titles: 25_000 },
};

/** Small enough to end in seconds: it shows that every workload runs, its figures mean nothing. */
const SMOKE: Scale = {
  seconds: 0.3,
  rounds: 1,
  users: 200,
  contentsPerUser: 10,
  watchlistItems: 1_000,
  writes: 20,
  live: {
    users: 20,
    rates: [200],
    heldSeconds: 1,
    rounds: 1,
    hasPeer: false,
    idleSockets: 100,
    connectsPerSecond: 50,
    connectUsers: 20,
  },
  growth: { items: [10, 100], users: [1_000], sockets: [20], callers: [50] },
  devices: { items: 50, merged: 100, missed: [10], devices: 1, titles: 1_000 },
};

export const USAGE = `npm run bench -- [--only NAME]… [--smoke] [--seconds N] [--rounds N]

  --only NAME       run this workload only; may be given more than once
  --smoke           a run of seconds that shows that everything works
  --plots-only      draw the results in artifacts/bench again, measure nothing
  --docs            copy the plots to docs/images/benchmarks
  --seconds N       measured time of one variant in one round (default ${FULL.seconds})
  --rounds N        rounds, variants in turn (default ${FULL.rounds}; with sockets at most ${FULL.live.rounds})

With sockets:
  --rates N,N       changes in a second (default ${FULL.live.rates.join(',')})
  --held-seconds N  measured time at the greatest rate (default ${FULL.live.heldSeconds}, or --seconds)
  --sockets N       idle sockets (default ${FULL.live.idleSockets})
  --no-peer         without the peers that are installed from npm
  --profile         sample the service; its figures are then too high
`;

export function parseFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      smoke: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      rates: { type: 'string' },
      'held-seconds': { type: 'string' },
      sockets: { type: 'string' },
      'no-peer': { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      'plots-only': { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
    },
  });
  if (values.smoke && values.docs)
    throw new Error('The figures of a smoke run are not for --docs.');
  const { live, ...base } = values.smoke ? SMOKE : FULL;
  const seconds = numberOr(base.seconds, 'seconds', values.seconds);
  const heldSeconds = values.seconds === undefined ? live.heldSeconds : seconds;
  return {
    only: values.only,
    resultsFolder: values.smoke ? 'bench-smoke' : 'bench',
    isSmoke: values.smoke,
    isProfiled: values.profile,
    isPlotsOnly: values['plots-only'],
    isForDocs: values.docs,
    scale: {
      ...base,
      seconds,
      rounds: numberOr(base.rounds, 'rounds', values.rounds),
      live: {
        ...live,
        rates: values.rates?.split(',').map((rate) => positive('rates', rate)) ?? live.rates,
        heldSeconds: numberOr(heldSeconds, 'held-seconds', values['held-seconds']),
        idleSockets: numberOr(live.idleSockets, 'sockets', values.sockets),
        hasPeer: live.hasPeer && !values['no-peer'],
      },
    },
  };
}

function numberOr(byDefault: number, name: string, text: string | undefined): number {
  return text === undefined ? byDefault : positive(name, text);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not "${text}".`);
  return value;
}
