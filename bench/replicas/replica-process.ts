// Loads one library, makes or reads a history in its form, and measures a replica of it. A process of its own each
// time: no library pays for what another left behind.
import { readFile, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { createHistory } from '../support/watch-history.ts';
import type { Sample } from '../workload.ts';
import { answerJob, usedBytes, type ReplicaJob, type ReplicaSystem } from './replica-job.ts';
import type { EncodedHistory, ReplicaLibrary } from './replica.ts';

const PEERS = new URL('../peers/clients/', import.meta.url);

async function run({ system, step, file, size, changesPerMessage }: ReplicaJob): Promise<Sample> {
  const library = await load(system);
  const history = createHistory(size);
  if (step === 'prepare') {
    const encoded = library.encode(history.start, history.changes);
    await writeFile(file, serialize(encoded));
    return {};
  }
  const { state, messages: changes } = deserialize(await readFile(file)) as EncodedHistory;
  const messages = grouped(changes, changesPerMessage, library);
  const replica = await library.open();
  const before = await usedBytes();
  for (const message of state) replica.receive(message);
  await replica.settled();
  const loaded = replica.read();
  const after = await usedBytes();
  requireSame(loaded, { listed: size.items, registers: size.registers });
  const startedAtMs = performance.now();
  for (const message of messages) replica.receive(message);
  await replica.settled();
  const merged = replica.read();
  const elapsedMs = performance.now() - startedAtMs;
  requireSame(merged, history);
  return {
    replicaMib: (after - before) / 2 ** 20,
    mergedPerSecond: (1_000 * size.changes) / elapsedMs,
    bytesPerChange: messages.reduce((sum, { length }) => sum + length, 0) / size.changes,
  };
}

function grouped(
  messages: readonly Uint8Array[],
  size: number,
  { join }: ReplicaLibrary,
): readonly Uint8Array[] {
  if (size === 1) return messages;
  return Array.from({ length: Math.ceil(messages.length / size) }, (_, group) =>
    join(messages.slice(group * size, (group + 1) * size)),
  );
}

async function load(system: ReplicaSystem): Promise<ReplicaLibrary> {
  if (system === 'cuepoint') return (await import('./cuepoint-replica.ts')).cuepointLibrary;
  // Loaded by name: its packages are there only when it is measured.
  const file = new URL(`${system}-replica.mjs`, PEERS).href;
  const { library } = (await import(file)) as { library: ReplicaLibrary };
  return library;
}

function requireSame(read: Counts, expected: Counts): void {
  if (read.listed !== expected.listed || read.registers !== expected.registers) {
    throw new Error(
      `${read.listed} listed and ${read.registers} watched, not ${expected.listed} and ${expected.registers}`,
    );
  }
}

interface Counts {
  readonly listed: number;
  readonly registers: number;
}

answerJob(run);
