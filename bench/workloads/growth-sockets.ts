import { runGenerator } from '../live/generator-process.ts';
import type { IdleJob } from '../live/job.ts';
import { measureChanges, type ChangesTarget } from '../live/measure-changes.ts';
import { memorySettled, residentKib, SETTLED_MS_MAX } from '../live/service-memory.ts';
import { withServices } from '../live/services.ts';
import { HOCUSPOCUS_SCHEMA, prepareHocuspocus, withHocuspocus } from '../peers/hocuspocus.ts';
import { userIdOf } from '../support/data-set.ts';
import { plotsBySize, samplesOf, toVariant, type Growing } from '../support/growth.ts';
import { liveRounds, runRounds } from '../support/rounds.ts';
import { decimal, whole, withSpread } from '../support/statistics.ts';
import type { BenchContext, Report, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_sockets';
const CONNECTS_PER_SECOND = 400;
const WARM_UP_SOCKETS = 500;
const ACTIVE_USERS_MAX = 50;
/** The most idle sockets are as many as an instance takes by default; the active ones come on top. */
const CUEPOINT_SOCKETS_MAX = '20000';
/** Well below what the service can do alone: what is seen is the sockets' cost. */
const CHANGES_PER_SECOND = 500;

/** Ever more idle sockets: the service's memory, and how long a few active users' changes take beside them. */
export const growthSockets: Workload = {
  name: 'growth-sockets',
  async run(context) {
    const { hasPeer } = context.scale.live;
    if (hasPeer) await prepareHocuspocus(context);
    const measured = context.scale.growth.sockets.flatMap((size): Growing[] => {
      const own = {
        system: 'Cuepoint',
        size,
        measure: () => withCuepoint(context, size, (target) => measure(context, size, target)),
      };
      const peer = {
        system: 'Hocuspocus with Yjs (acks are not durable)',
        size,
        measure: () => withPeer(context, size, (target) => measure(context, size, target)),
      };
      return hasPeer ? [own, peer] : [own];
    });
    const samples = await runRounds(liveRounds(context), measured.map(toVariant));
    return toReport(measured, samples);
  },
};

/** A service, with all users that there will be. */
type Target = ChangesTarget & { readonly system: IdleJob['system'] };
type Work = (target: Target) => Promise<Sample>;

function withCuepoint(context: BenchContext, sockets: number, work: Work): Promise<Sample> {
  return withServices(
    context,
    { schema: SCHEMA, instances: 1, env: { CUEPOINT_FEED: 'memory', CUEPOINT_SOCKETS_MAX } },
    async ({ mintUsers, ...services }) => {
      const users = await mintUsers(sockets + activeUsers(sockets));
      return work({ ...services, system: 'cuepoint', users, schema: SCHEMA });
    },
  );
}

function withPeer(context: BenchContext, sockets: number, work: Work): Promise<Sample> {
  const users = Array.from({ length: sockets + activeUsers(sockets) }, (_, user) => ({
    userId: userIdOf(user),
    token: '',
  }));
  return withHocuspocus(context, {}, ({ pid, url }) =>
    work({
      system: 'hocuspocus',
      pids: [pid],
      addresses: [],
      urls: [url],
      users,
      schema: HOCUSPOCUS_SCHEMA,
    }),
  );
}

function activeUsers(sockets: number): number {
  return Math.min(ACTIVE_USERS_MAX, sockets);
}

async function measure(context: BenchContext, sockets: number, target: Target): Promise<Sample> {
  const {
    system,
    pids: [pid = 0],
    urls: [url = ''],
    users,
  } = target;
  const active = users.slice(0, activeUsers(sockets));
  const memoryKib: number[] = [];
  let changes: Sample = {};
  const { sockets: stillOpen = 0 } = await runGenerator(
    {
      kind: 'idle',
      system,
      url,
      users: users.slice(active.length),
      connectsPerSecond: CONNECTS_PER_SECOND,
      warmUpSockets: WARM_UP_SOCKETS,
    },
    async (phase) => {
      await memorySettled(pid, Math.min(SETTLED_MS_MAX, 1_000 * context.scale.seconds));
      memoryKib.push(residentKib(pid));
      if (phase !== 'sockets-idle') return;
      changes = await measureChanges(
        atOneRate(context),
        { ...target, users: active },
        CHANGES_PER_SECOND,
      );
    },
  );
  if (system === 'cuepoint' && stillOpen !== sockets) {
    throw new Error(`${stillOpen} of ${sockets} sockets were still open`);
  }
  const [before = NaN, after = NaN] = memoryKib;
  return {
    ...changes,
    stillOpen,
    rssMib: after / 1_024,
    rssKibPerSocket: (after - before) / sockets,
  };
}

/** The greatest rate of a workload is measured for longer: here there is but one. */
function atOneRate(context: BenchContext): BenchContext {
  const { scale } = context;
  return { ...context, scale: { ...scale, live: { ...scale.live, heldSeconds: scale.seconds } } };
}

function toReport(measured: readonly Growing[], samples: Record<string, Sample[]>): Report {
  const title = `Idle sockets, and ${ACTIVE_USERS_MAX} active users with ${CHANGES_PER_SECOND} changes a second`;
  const plot = plotsBySize(measured, samples, { title, size: 'idle sockets', scale: 'linear' });
  return {
    samples,
    tables: [
      {
        title,
        columns: [
          'idle sockets',
          'system',
          'still open',
          'RSS MiB',
          'RSS KiB a socket',
          'shown p50 ms',
          'shown p99 ms',
          'ack p99 ms',
          'service cores',
        ],
        rows: measured.map((one) => {
          const own = samplesOf(one, samples);
          return [
            whole(one.size),
            one.system,
            withSpread(own, 'stillOpen', whole),
            withSpread(own, 'rssMib', whole),
            withSpread(own, 'rssKibPerSocket', decimal),
            withSpread(own, 'shownP50Ms', decimal),
            withSpread(own, 'shownP99Ms', decimal),
            withSpread(own, 'ackP99Ms', decimal),
            withSpread(own, 'serviceCores', decimal),
          ];
        }),
      },
    ],
    plots: [
      plot('growth-sockets-memory', 'rssMib', 'resident memory of the service, MiB'),
      plot('growth-sockets-p99', 'shownP99Ms', 'p99 from change to shown, ms'),
    ],
  };
}
