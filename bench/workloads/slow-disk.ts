import pg from 'pg';
import { createOriginSchema, upsertAsOrigin } from '../peers/origin.ts';
import { createProgressChanges } from '../support/data-set.ts';
import { runRounds } from '../support/rounds.ts';
import { createCuepointSchema, dropSchemas, fillProgressTable } from '../support/server-client.ts';
import { SERVER_SETTINGS } from '../support/server-settings.ts';
import { withEnv, withSlowFlush, type SlowFlushEnv } from '../support/slow-flush.ts';
import { decimal, toBar, withSpread } from '../support/statistics.ts';
import { cuepointVariant, originVariant } from '../writes/own-variants.ts';
import {
  LONE_REDIS,
  REDIS,
  withRedisVariants,
  type RedisVariants,
} from '../writes/peer-variants.ts';
import { toWritesTable, type LeftOut, type WriteVariant } from '../writes/write-tables.ts';
import type { BenchContext, Report, Sample, Table, Workload } from '../workload.ts';
import { timeInTurn } from './lone-write.ts';

const SCHEMA = 'bench_slow';
const DELAY_MS = 2;
const CALLERS = 1_000;
const WRITERS = [1, 2, 4];
const LONE = 'a lone commit';

/** A lone commit is slow here: a few of them tell. */
const LONE_SHARE = 0.1;

interface Disk {
  readonly name: string;
  /** Of files, for the plot. */
  readonly key: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Of PostgreSQL, and of Redis where there is one. */
  readonly env: SlowFlushEnv;
  /** Only to compare a lone commit with. */
  readonly isPlain?: boolean;
}

const PLAIN: Disk = {
  name: 'as it is',
  key: 'plain',
  settings: {},
  env: {},
  isPlain: true,
};
const DELAYED_COMMIT: Disk = {
  name: `commit_delay ${1_000 * DELAY_MS}, commit_siblings 0`,
  key: 'commit-delay',
  settings: { commit_delay: String(1_000 * DELAY_MS), commit_siblings: '0' },
  env: {},
};

interface Measured {
  readonly disk: Disk;
  readonly variants: readonly WriteVariant[];
  readonly leftOut: readonly LeftOut[];
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

/** The same durable writes on a disk whose flush takes 2 ms longer, as a cloud volume's does. */
export const slowDisk: Workload = {
  name: 'slow-disk',
  async run(context) {
    await createOriginSchema(context);
    await createCuepointSchema(context, SCHEMA);
    await fillProgressTable(context, 'origin.user_progress');
    await fillProgressTable(context, `${SCHEMA}.user_progress`);
    const measured: Measured[] = [];
    await withSlowFlush(DELAY_MS, async (env) => {
      const disks = [PLAIN, DELAYED_COMMIT, ...(env === undefined ? [] : [slowFlush(env)])];
      if (env === undefined) context.progress('no C compiler: without the slower flush');
      try {
        for (const disk of disks) {
          context.progress(`PostgreSQL: ${disk.name}`);
          if (disk !== PLAIN) await restart(context, disk);
          measured.push(await measureOn(context, disk));
        }
      } finally {
        await restart(context, PLAIN);
      }
    });
    await dropSchemas(context, ['origin', SCHEMA]);
    return toReport(measured);
  },
};

function slowFlush(env: SlowFlushEnv): Disk {
  return {
    name: `fdatasync ${DELAY_MS} ms longer`,
    key: 'slow-flush',
    settings: {},
    env,
  };
}

async function restart({ server }: BenchContext, { settings, env }: Disk): Promise<void> {
  await server.stop();
  await withEnv(env, () => server.start({ ...SERVER_SETTINGS, ...settings }));
}

async function measureOn(context: BenchContext, disk: Disk): Promise<Measured> {
  const own = [
    originVariant(context, CALLERS),
    ...WRITERS.map((writers) => cuepointVariant(context, SCHEMA, { writers, callers: CALLERS })),
  ];
  return withRedisOn(context, disk, async ({ variants: redis, lone, leftOut }) => {
    const variants = disk.isPlain === true ? [] : [...own, ...redis];
    const samples = await runRounds(context, [
      { name: LONE, measure: () => measureLoneCommits(context) },
      ...lone,
      ...variants,
    ]);
    return { disk, variants, leftOut: disk.isPlain === true ? [] : leftOut, samples };
  });
}

/** Redis on the same disk, where its flushes can be made as slow. */
function withRedisOn<T>(
  context: BenchContext,
  { isPlain, env }: Disk,
  work: (redis: RedisVariants) => Promise<T>,
): Promise<T> {
  const leaveOut = (reason: string) =>
    work({ variants: [], lone: [], leftOut: [{ name: REDIS, reason: `left out: ${reason}` }] });
  if (!context.scale.live.hasPeer) return leaveOut('its client is not installed');
  if (isPlain !== true && Object.keys(env).length === 0)
    return leaveOut('this delay is a setting of PostgreSQL');
  return withRedisVariants(context, CALLERS, env, work);
}

/** One statement at a time on one connection, which nobody shares a flush with. */
async function measureLoneCommits(context: BenchContext): Promise<Sample> {
  const nextChange = createProgressChanges(context.scale);
  const client = new pg.Client({ connectionString: context.server.url() });
  await client.connect();
  try {
    const commit = () => upsertAsOrigin(client, nextChange(0), 'origin');
    const commits = Math.ceil(LONE_SHARE * context.scale.writes);
    await timeInTurn([commit], Math.ceil(commits / 10));
    const [sample = {}] = await timeInTurn([commit], commits);
    return sample;
  } finally {
    await client.end();
  }
}

function toReport(measured: readonly Measured[]): Report {
  const slow = measured.filter(({ disk }) => disk.isPlain !== true);
  return {
    samples: Object.fromEntries(
      measured.flatMap(({ disk, samples }) =>
        Object.entries(samples).map(([name, own]) => [`${disk.name}: ${name}`, own]),
      ),
    ),
    tables: [
      toLoneTable(measured),
      ...slow.map((rows) => toWritesTable(`Durable progress writes, ${rows.disk.name}`, rows)),
    ],
    plots: slow.map(({ disk, variants, samples }) => ({
      kind: 'bars',
      name: `slow-disk-${disk.key}`,
      title: `Durable progress writes, ${disk.name}`,
      value: { label: 'acks a second', scale: 'linear' },
      bars: variants.map(({ name }) => toBar(name, samples[name] ?? [], 'acksPerSecond')),
    })),
  };
}

/** What a flush costs before and after: a delay that a lone commit does not show is none. */
function toLoneTable(measured: readonly Measured[]): Table {
  const cells = ({ samples }: Measured, name: string) => {
    const own = samples[name] ?? [];
    if (own.length === 0) return ['', ''];
    return [withSpread(own, 'p50Ms', decimal), withSpread(own, 'p99Ms', decimal)];
  };
  return {
    title: 'A lone commit',
    columns: ['disk', 'PostgreSQL p50 ms', 'p99 ms', 'Redis p50 ms', 'p99 ms'],
    rows: measured.map((on) => [on.disk.name, ...cells(on, LONE), ...cells(on, LONE_REDIS)]),
  };
}
