// How long an import of 20,000 viewings takes on the embedded database, and what another person's calls wait meanwhile:
//   npx tsx --conditions=cuepoint-source scripts/measure-import.ts
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readImport, type Reading } from '@cuepoint/files';
import { migrate, openDatabase, SyncPersistence } from '@cuepoint/store';
import { prepareImport, runImport } from '../packages/server/src/imports/run-import.ts';

const PLAYS = 20_000;
const PLAYS_PER_FILE = 1_000;
const SHOWS = 500;
const SOURCE = 'trakt';

function history(file: number): Blob {
  const entries = Array.from({ length: PLAYS_PER_FILE }, (_, index) => {
    const id = file * PLAYS_PER_FILE + index;
    const show = id % SHOWS;
    return {
      id,
      watched_at: new Date(Date.UTC(2020, 0, 1) + id * 9_720_000).toISOString(),
      action: 'scrobble',
      episode: { season: 1, number: Math.floor(id / SHOWS), ids: { trakt: id + 1, tvdb: id + 1 } },
      show: { title: `Made-up ${show}`, year: 2019, ids: { trakt: show + 1, tmdb: show + 1 } },
    };
  });
  return new Blob([JSON.stringify(entries)]);
}

async function* readings(): AsyncGenerator<Reading> {
  for (let file = 0; file < PLAYS / PLAYS_PER_FILE; file += 1) {
    const name = `watched-history-${file}.json`;
    yield* readImport({ source: SOURCE, file: history(file), name });
  }
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-import-'));
const database = await openDatabase({ dataDir });
await migrate(database, { direction: 'up' });
const persistence = new SyncPersistence(database);
const [userId, otherId] = [randomUUID(), randomUUID()];

const waits: number[] = [];
const over = new AbortController();
async function callAsAnother() {
  for (let call = 1; !over.signal.aborted; call += 1) {
    const startedAt = performance.now();
    await persistence.persistOp(otherId, {
      kind: 'progress.set',
      contentId: 'film:metropolis',
      positionSeconds: call,
      durationSeconds: 9_180,
      state: 'playing',
      timestamp: { physical: Date.now(), logical: call % 65_536 },
      deviceId: 'tv',
    });
    waits.push(performance.now() - startedAt);
    await setTimeout(20);
  }
}

const other = callAsAnother();
const deps = { persistence, now: Date.now, randomUuid: randomUUID };
const startedAt = performance.now();
const prepared = await prepareImport(deps, userId, { readings: readings(), source: SOURCE });
const plannedMs = performance.now() - startedAt;
const run = { userId, source: SOURCE, file: 'watched-history' };
const { written } = await runImport(deps, prepared, run);
const totalMs = performance.now() - startedAt;
over.abort();
await other;
await persistence.stop();
await rm(dataDir, { recursive: true, force: true });

waits.sort((a, b) => a - b);
const quantile = (part: number) => waits[Math.floor((waits.length - 1) * part)]?.toFixed(0);
const { user, system } = process.cpuUsage();
console.log(`dry run ${plannedMs.toFixed(0)} ms, all ${totalMs.toFixed(0)} ms`, written);
console.log(`processor time of the whole process ${((user + system) / 1e6).toFixed(1)} s`);
console.log(
  `another person's ${waits.length} calls: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, max ${quantile(1)} ms`,
);
