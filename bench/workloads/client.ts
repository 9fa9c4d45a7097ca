import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle, gzippedBytes } from '../../test/support/bundle.ts';
import { installPeer, peerFolder } from '../peers/peer-packages.ts';
import { runReplicaJob, type ReplicaJob, type ReplicaSystem } from '../replicas/replica-job.ts';
import { runRounds } from '../support/rounds.ts';
import { decimal, ratioOf, toBar, whole, withSpread } from '../support/statistics.ts';
import type { BarPlot, BenchContext, Report, Sample, Workload } from '../workload.ts';

const PEERS = 'clients';
const CHANGES_PER_MESSAGE = [1, 100];

interface Library {
  readonly name: string;
  readonly system: ReplicaSystem;
  readonly isPeer: boolean;
  /** Where it is installed. */
  readonly folder: string;
  /** What an app that keeps its state on the device and syncs it imports. */
  readonly imports: string;
  /** Loaded beside the code. */
  readonly wasm?: string;
}

const LIBRARIES: readonly Library[] = [
  {
    name: 'Cuepoint client',
    system: 'cuepoint',
    isPeer: false,
    folder: path.resolve(import.meta.dirname, '../..'),
    imports: `export { createWatchState } from '@cuepoint/client';`,
  },
  {
    name: 'Yjs, y-indexeddb, Hocuspocus provider',
    system: 'yjs',
    isPeer: true,
    folder: peerFolder(PEERS),
    imports: `
      export { Doc } from 'yjs';
      export { IndexeddbPersistence } from 'y-indexeddb';
      export { HocuspocusProvider } from '@hocuspocus/provider';`,
  },
  {
    name: 'Automerge, automerge-repo, IndexedDB and WebSocket adapters',
    system: 'automerge',
    isPeer: true,
    folder: peerFolder(PEERS),
    imports: `
      export { Repo, initializeWasm } from '@automerge/automerge-repo/slim';
      export { IndexedDBStorageAdapter } from '@automerge/automerge-repo-storage-indexeddb';
      export { WebSocketClientAdapter } from '@automerge/automerge-repo-network-websocket';`,
    wasm: 'node_modules/@automerge/automerge/dist/automerge.wasm',
  },
];

/** What an app loads and holds, and how fast it takes in what others changed: Cuepoint, Yjs, Automerge. */
export const client: Workload = {
  name: 'client',
  async run(context) {
    const { hasPeer } = context.scale.live;
    if (hasPeer) {
      const told = ['yjs', '@hocuspocus/provider', '@automerge/automerge'];
      await installPeer(context, { folder: PEERS, told });
    }
    const libraries = LIBRARIES.filter(({ isPeer }) => hasPeer || !isPeer);
    const files = await mkdtemp(path.join(tmpdir(), 'cuepoint-replicas-'));
    try {
      const measured = libraries.flatMap((library) =>
        CHANGES_PER_MESSAGE.map((changesPerMessage) => ({
          library,
          changesPerMessage,
          name: nameOf(library, changesPerMessage),
          job: toJob(context, library, changesPerMessage, files),
        })),
      );
      for (const library of libraries) {
        context.progress(`preparing ${library.name}`);
        await runReplicaJob({ ...toJob(context, library, 1, files), step: 'prepare' });
      }
      const samples = await runRounds(
        context,
        measured.map(({ name, job }) => ({ name, measure: () => runReplicaJob(job) })),
      );
      return await toReport(context, libraries, samples);
    } finally {
      await rm(files, { recursive: true });
    }
  },
};

function nameOf({ name }: Library, changesPerMessage: number): string {
  return `${name}, ${changesPerMessage} a message`;
}

function toJob(
  { scale }: BenchContext,
  { system }: Library,
  changesPerMessage: number,
  files: string,
): ReplicaJob {
  const { items, merged } = scale.devices;
  return {
    system,
    step: 'measure',
    file: path.join(files, system),
    size: { items, registers: items, changes: merged },
    changesPerMessage,
  };
}

async function measureBundle({ imports, folder, wasm }: Library): Promise<Sample> {
  const { bytes } = await bundle(imports, folder);
  const wasmBytes = wasm === undefined ? 0 : gzippedBytes(await readFile(path.join(folder, wasm)));
  return { codeBytes: bytes, wasmBytes, bundleBytes: bytes + wasmBytes };
}

async function toReport(
  { scale }: BenchContext,
  libraries: readonly Library[],
  replicas: Record<string, Sample[]>,
): Promise<Report> {
  const { items, merged } = scale.devices;
  const bundles = await Promise.all(
    libraries.map(async (library) => [library.name, [await measureBundle(library)]] as const),
  );
  const samples = { ...replicas, ...Object.fromEntries(bundles) };
  const [one = 1, many = 1] = CHANGES_PER_MESSAGE;
  const own = libraries[0];
  const of = (library: Library | undefined, changes: number) =>
    library === undefined ? [] : (samples[nameOf(library, changes)] ?? []);
  const plot = (name: string, title: string, label: string, bars: BarPlot['bars']): BarPlot => ({
    kind: 'bars',
    name,
    title,
    value: { label, scale: 'linear' },
    bars,
  });
  const held = `${whole(items)} watchlist items and ${whole(items)} titles with progress`;
  return {
    samples,
    tables: [
      {
        title: 'What an app loads: minified and gzipped, in bytes',
        columns: ['library', 'code', 'WebAssembly', 'together', 'together / Cuepoint'],
        rows: libraries.map(({ name }) => {
          const bytes = samples[name] ?? [];
          return [
            name,
            withSpread(bytes, 'codeBytes', whole),
            withSpread(bytes, 'wasmBytes', whole),
            withSpread(bytes, 'bundleBytes', whole),
            decimal(ratioOf(bytes, samples[own?.name ?? ''] ?? [], 'bundleBytes')),
          ];
        }),
      },
      {
        title: `A replica of ${held}, and ${whole(merged)} changes of others`,
        columns: [
          'library',
          'replica MiB',
          `changes/s, ${one} a message`,
          `changes/s, ${many} a message`,
          `bytes a change, ${one} a message`,
        ],
        rows: libraries.map((library) => [
          library.name,
          withSpread(of(library, one), 'replicaMib', decimal),
          withSpread(of(library, one), 'mergedPerSecond', whole),
          withSpread(of(library, many), 'mergedPerSecond', whole),
          withSpread(of(library, one), 'bytesPerChange', whole),
        ]),
      },
    ],
    plots: [
      plot(
        'client-bundle',
        'What an app loads',
        'KiB, minified and gzipped',
        libraries.map(({ name }) => ({
          name,
          value: (samples[name]?.[0]?.['bundleBytes'] ?? NaN) / 1_024,
        })),
      ),
      plot(
        'client-memory',
        `Memory of ${held}`,
        'MiB',
        libraries.map((library) => toBar(library.name, of(library, one), 'replicaMib')),
      ),
      plot(
        'client-merge',
        'Changes of others, merged into a loaded replica',
        'changes a second',
        libraries.flatMap((library) =>
          CHANGES_PER_MESSAGE.map((changes) =>
            toBar(nameOf(library, changes), of(library, changes), 'mergedPerSecond'),
          ),
        ),
      ),
    ],
  };
}
