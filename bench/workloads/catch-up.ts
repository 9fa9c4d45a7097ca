import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deserialize } from 'node:v8';
import { pathToFileURL } from 'node:url';
import type { PrepareDevice } from '../catch-up/behind-device.ts';
import { countFrames } from '../catch-up/count-frames.ts';
import { prepareCuepointDevice } from '../catch-up/cuepoint-device.ts';
import type { LiveUser } from '../live/job.ts';
import { withServices } from '../live/services.ts';
import { prepareAutomerge } from '../peers/automerge.ts';
import { prepareHocuspocus, withHocuspocus } from '../peers/hocuspocus.ts';
import { installPeer, peerFolder } from '../peers/peer-packages.ts';
import { withPeerServer } from '../peers/peer-server.ts';
import { runReplicaJob, type ReplicaSystem } from '../replicas/replica-job.ts';
import type { EncodedHistory } from '../replicas/replica.ts';
import { plotsBySize, samplesOf, toVariant, type Growing } from '../support/growth.ts';
import { liveRounds, runRounds } from '../support/rounds.ts';
import { decimal, median, whole, withSpread } from '../support/statistics.ts';
import { createHistory, type HistorySize } from '../support/watch-history.ts';
import type { BenchContext, Report, Sample, Workload } from '../workload.ts';

const SCHEMA = 'bench_catch_up';
/** Devices that come before the measured ones: code is compiled, connections are there. */
const WARM_UP_DEVICES = 1;
/** Cuepoint and two peers: each device has a user of its own. */
const SYSTEMS_MAX = 3;

interface System {
  readonly name: string;
  readonly system: ReplicaSystem;
  readonly url: string;
  readonly prepare: PrepareDevice;
}

/** A device comes back after it missed changes: bytes and time until it has them. */
export const catchUp: Workload = {
  name: 'catch-up',
  async run(context) {
    const files = await mkdtemp(path.join(tmpdir(), 'cuepoint-catch-up-'));
    try {
      return await withServices(
        context,
        { schema: SCHEMA, instances: 1, env: { CUEPOINT_FEED: 'memory' } },
        async ({ urls: [url = ''], mintUsers }) => {
          const { missed, devices } = context.scale.devices;
          const { rounds } = liveRounds(context).scale;
          const users = await mintUsers(
            missed.length * rounds * (devices + WARM_UP_DEVICES) * SYSTEMS_MAX,
          );
          const cuepoint: System = {
            name: 'Cuepoint',
            system: 'cuepoint',
            url,
            prepare: prepareCuepointDevice,
          };
          return withPeers(context, files, (peers) =>
            measure(context, [cuepoint, ...peers], users, files),
          );
        },
      );
    } finally {
      await rm(files, { recursive: true });
    }
  },
};

async function withPeers<T>(
  context: BenchContext,
  files: string,
  work: (peers: readonly System[]) => Promise<T>,
): Promise<T> {
  if (!context.scale.live.hasPeer) return work([]);
  await installPeer(context, { folder: 'clients', told: ['yjs', '@automerge/automerge'] });
  await prepareHocuspocus(context);
  await prepareAutomerge(context);
  const [yjs, automerge] = await Promise.all(['hocuspocus', 'automerge'].map(loadPrepare));
  return withHocuspocus(context, {}, ({ url: hocuspocusUrl }) =>
    withPeerServer('automerge', { DATA_DIR: path.join(files, 'automerge-repo') }, ({ url }) =>
      work([
        { name: 'Yjs, Hocuspocus', system: 'yjs', url: hocuspocusUrl, prepare: required(yjs) },
        { name: 'automerge-repo', system: 'automerge', url, prepare: required(automerge) },
      ]),
    ),
  );
}

async function loadPrepare(folder: string): Promise<PrepareDevice> {
  const file = path.join(peerFolder(folder), 'catch-up.mjs');
  const { prepareDevice } = (await import(pathToFileURL(file).href)) as {
    prepareDevice: PrepareDevice;
  };
  return prepareDevice;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it was loaded');
  return value;
}

async function measure(
  context: BenchContext,
  systems: readonly System[],
  users: readonly LiveUser[],
  files: string,
): Promise<Report> {
  const { items, missed } = context.scale.devices;
  const measured: Growing[] = [];
  let nextUser = 0;
  for (const changes of missed) {
    const size = { items, registers: items, changes };
    for (const system of systems) {
      context.progress(`preparing ${changes} changes of ${system.name}`);
      const history = await encode(system.system, size, files);
      measured.push({
        system: system.name,
        size: changes,
        measure: () => measureDevices(context, system, size, history, () => users[nextUser++]),
      });
    }
  }
  const samples = await runRounds(liveRounds(context), measured.map(toVariant));
  return toReport(measured, samples);
}

async function encode(
  system: ReplicaSystem,
  size: HistorySize,
  files: string,
): Promise<EncodedHistory> {
  const file = path.join(files, `${system}-${size.changes}`);
  await runReplicaJob({ system, step: 'prepare', file, size, changesPerMessage: 1 });
  return deserialize(await readFile(file)) as EncodedHistory;
}

/** One device after another, each of a user of its own. */
async function measureDevices(
  { scale }: BenchContext,
  { url, prepare }: System,
  size: HistorySize,
  history: EncodedHistory,
  nextUser: () => LiveUser | undefined,
): Promise<Sample> {
  const expected = createHistory(size);
  const elapsed: number[] = [];
  let figures: Sample = {};
  for (let device = 0; device < scale.devices.devices + WARM_UP_DEVICES; device += 1) {
    const behind = await prepare({ url, user: required(nextUser()), history, countFrames });
    const { elapsedMs, frames, listed, registers } = await behind.catchUp();
    if (listed !== expected.listed || registers !== expected.registers) {
      throw new Error(`${listed} listed and ${registers} watched after it had caught up`);
    }
    if (device >= WARM_UP_DEVICES) elapsed.push(elapsedMs);
    figures = { ...frames };
  }
  return { elapsedMs: median(elapsed), ...figures };
}

function toReport(measured: readonly Growing[], samples: Record<string, Sample[]>): Report {
  const title = 'A device that missed changes comes back';
  const plot = plotsBySize(measured, samples, { title, size: 'changes that it missed' });
  return {
    samples,
    tables: [
      {
        title,
        columns: [
          'missed',
          'system',
          'ms to caught up',
          'bytes received',
          'bytes sent',
          'frames received',
        ],
        rows: measured.map((one) => {
          const own = samplesOf(one, samples);
          return [
            whole(one.size),
            one.system,
            withSpread(own, 'elapsedMs', decimal),
            withSpread(own, 'receivedBytes', whole),
            withSpread(own, 'sentBytes', whole),
            withSpread(own, 'receivedFrames', whole),
          ];
        }),
      },
    ],
    plots: [
      plot('catch-up-time', 'elapsedMs', 'time from connecting to caught up, ms'),
      plot('catch-up-bytes', 'receivedBytes', 'bytes received'),
    ],
  };
}
