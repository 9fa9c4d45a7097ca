import { freePort } from '../../test/support/free-port.ts';
import {
  goalsOf,
  storedGoal,
  toCoresTable,
  toGoalTable,
  toLatencyTable,
  type ChangeRow,
} from '../live/change-tables.ts';
import { measureChanges } from '../live/measure-changes.ts';
import { withServices } from '../live/services.ts';
import { measureHocuspocus, prepareHocuspocus } from '../peers/hocuspocus.ts';
import { liveRounds, runRounds } from '../support/rounds.ts';
import { decimal, ratioOf, whole } from '../support/statistics.ts';
import type { BenchContext, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_live';
const CUEPOINT = 'Cuepoint';

/** From a change on one device to the user's other, and to its ack; beside Hocuspocus, in turn. */
export const livePropagation: Workload = {
  name: 'live-propagation',
  async run(context) {
    const { rates, hasPeer } = context.scale.live;
    const peer = hasPeer ? await prepareHocuspocus(context) : undefined;
    const systems = [
      { system: CUEPOINT, measureRate: measureCuepoint },
      ...(peer === undefined ? [] : [{ system: peer.name, measureRate: measureHocuspocus }]),
    ];
    const measured = rates.flatMap((changesPerSecond) =>
      systems.map(({ system, measureRate }) => ({
        system,
        changesPerSecond,
        name: nameOf(system, changesPerSecond),
        measure: () => measureRate(context, changesPerSecond),
      })),
    );
    const samples = await runRounds(liveRounds(context), measured);
    const rows = measured.map(({ system, changesPerSecond, name }) => ({
      system,
      changesPerSecond,
      samples: samples[name] ?? [],
    }));
    const own = rows.filter(({ system }) => system === CUEPOINT);
    requireStored(own);
    const title = `${whole(context.scale.live.users)} users x 2 sockets, one instance`;
    return {
      samples,
      tables: [
        toLatencyTable(`A change on one device, shown on the other: ${title}`, rows),
        toCoresTable(`Where the processors go: ${title}`, rows),
        toGoalTable(`Goals: ${title}`, [
          ...own.flatMap((row) => goalsOf(row)),
          storedGoal(own),
          ...(peer === undefined ? [] : own.map((row) => aheadGoal(row, rows, peer.name))),
        ]),
      ],
    };
  },
};

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

function aheadGoal(row: ChangeRow, rows: readonly ChangeRow[], peer: string) {
  const { changesPerSecond, samples } = row;
  const peers = rows.find(
    (other) => other.system === peer && other.changesPerSecond === changesPerSecond,
  );
  const ratio = ratioOf(samples, peers?.samples ?? [], 'shownP99Ms');
  return {
    goal: `shown p99 below the peer's at ${whole(changesPerSecond)}/s`,
    reached: `${decimal(ratio)} of it`,
    isReached: ratio < 1,
  };
}
