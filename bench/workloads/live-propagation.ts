import { freePort } from '../../test/support/free-port.ts';
import {
  goalsOf,
  hasFallenBehind,
  storedGoal,
  toCoresTable,
  toGoalTable,
  toLatencyTable,
  type ChangeRow,
  type Goal,
} from '../live/change-tables.ts';
import { measureChanges } from '../live/measure-changes.ts';
import { withServices } from '../live/services.ts';
import { measureAutomergeChanges, prepareAutomerge } from '../peers/automerge.ts';
import { measureHocuspocusChanges, prepareHocuspocus } from '../peers/hocuspocus.ts';
import { orNothing, runRounds, type Variant } from '../support/rounds.ts';
import { decimal, ratioOf, toPoint, whole } from '../support/statistics.ts';
import type { BenchContext, Plot, Report, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_live';
const CUEPOINT = 'Cuepoint';

interface System {
  readonly name: string;
  measureRate(this: void, context: BenchContext, changesPerSecond: number): Promise<Sample>;
}

const OWN: System = { name: CUEPOINT, measureRate: measureCuepoint };
const PEERS: readonly System[] = [
  {
    name: 'Hocuspocus with Yjs (acks are not durable)',
    measureRate: measureHocuspocusChanges,
  },
  { name: 'automerge-repo (has no acks)', measureRate: measureAutomergeChanges },
];

/** From a change on one device to the user's other, and to its ack; beside the peers, in turn. */
export const livePropagation: Workload = {
  name: 'live-propagation',
  async run(context) {
    const { rates, hasPeer } = context.scale.live;
    if (hasPeer) {
      await prepareHocuspocus(context);
      await prepareAutomerge(context);
    } else context.progress('without the peers, whose packages are not installed');
    const systems = [OWN, ...(hasPeer ? PEERS : [])];
    const limits = new Map<string, number>();
    const measured = rates.flatMap((changesPerSecond) =>
      systems.map((system) => ({
        system: system.name,
        changesPerSecond,
        variant: variantOf(context, system, changesPerSecond, limits),
      })),
    );
    const variants = measured.map(({ variant }) => variant);
    const samples = await runRounds(liveRounds(context), variants);
    const rows = measured.map(({ system, changesPerSecond, variant }) => ({
      system,
      changesPerSecond,
      samples: samples[variant.name] ?? [],
    }));
    requireStored(rows.filter(({ system }) => system === CUEPOINT));
    return toReport(context, rows, samples);
  },
};

/** A system that has fallen behind at a lower rate is not asked for more; `limits` keeps that. */
function variantOf(
  context: BenchContext,
  { name, measureRate }: System,
  changesPerSecond: number,
  limits: Map<string, number>,
): Variant {
  return {
    name: nameOf(name, changesPerSecond),
    async measure() {
      const limit = limits.get(name) ?? Infinity;
      if (changesPerSecond > limit) {
        context.progress(`${name} is behind already at less than ${changesPerSecond}/s`);
        return undefined;
      }
      const work = () => measureRate(context, changesPerSecond);
      const sample = await (name === CUEPOINT ? work() : orNothing(context, name, work));
      if (sample === undefined) limits.set(name, changesPerSecond - 1);
      else if (hasFallenBehind(sample, changesPerSecond)) limits.set(name, changesPerSecond);
      return sample;
    },
  };
}

/** What is measured for minutes needs no more rounds than these. */
export function liveRounds(context: BenchContext): BenchContext {
  const { scale } = context;
  return { ...context, scale: { ...scale, rounds: Math.min(scale.rounds, scale.live.rounds) } };
}

export function nameOf(system: string, changesPerSecond: number): string {
  return `${system}, ${changesPerSecond}/s`;
}

/** A run that showed what was not stored measured something else. */
export function requireStored(rows: readonly ChangeRow[]): void {
  const { reached, isReached } = storedGoal(rows);
  if (!isReached) throw new Error(`changes were shown before they were stored: ${reached}`);
}

/** Alone on its database, an instance needs no feed but its own. */
async function measureCuepoint(context: BenchContext, changesPerSecond: number): Promise<Sample> {
  const inspectorPort = context.isProfiled ? await freePort() : undefined;
  return withServices(
    context,
    { schema: SCHEMA, instances: 1, env: { CUEPOINT_FEED: 'memory' }, inspectorPort },
    async ({ mintUsers, ...services }) =>
      measureChanges(
        context,
        {
          ...services,
          system: 'cuepoint',
          users: await mintUsers(context.scale.live.users),
          schema: SCHEMA,
          inspectorPort,
        },
        changesPerSecond,
      ),
  );
}

function toReport(
  context: BenchContext,
  rows: readonly ChangeRow[],
  samples: Report['samples'],
): Report {
  const title = `${whole(context.scale.live.users)} users x 2 sockets, one instance`;
  const own = rows.filter(({ system }) => system === CUEPOINT);
  const peers = rows.filter(({ system }) => system !== CUEPOINT);
  return {
    samples,
    tables: [
      toLatencyTable(`A change on one device, shown on the other: ${title}`, rows),
      toCoresTable(`Where the processors go: ${title}`, rows),
      toGoalTable(`Goals: ${title}`, [
        ...own.flatMap((row) => goalsOf(row)),
        storedGoal(own),
        ...peers.map((peer) => aheadGoal(own, peer)),
      ]),
    ],
    plots: [toPlot(title, rows)],
  };
}

function aheadGoal(
  own: readonly ChangeRow[],
  { system, changesPerSecond, samples }: ChangeRow,
): Goal {
  const goal = `shown p99 below that of ${system} at ${whole(changesPerSecond)}/s`;
  if (samples.length === 0) return { goal, reached: 'it did not hold that rate', isReached: true };
  const row = own.find((other) => other.changesPerSecond === changesPerSecond);
  // A peer may have been left out of later rounds.
  const ratio = ratioOf((row?.samples ?? []).slice(0, samples.length), samples, 'shownP99Ms');
  return { goal, reached: `${decimal(ratio)} of it`, isReached: ratio < 1 };
}

function toPlot(title: string, rows: readonly ChangeRow[]): Plot {
  const names = [...new Set(rows.map(({ system }) => system))];
  return {
    kind: 'lines',
    name: 'live-propagation',
    title: `A change on one device, shown on the other: ${title}`,
    x: { label: 'changes a second', scale: 'log' },
    y: { label: 'p99 until it is shown, ms', scale: 'log' },
    series: names.map((name) => ({
      name,
      points: rows
        .filter(({ system, samples }) => system === name && samples.length > 0)
        .map((row) => toPoint(row.changesPerSecond, row.samples, 'shownP99Ms')),
    })),
  };
}
