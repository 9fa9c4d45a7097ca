import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { timestampToText } from '@cuepoint/core';
import { contentIdOf, createStamps } from '../support/data-set.ts';
import { percentile } from '../support/statistics.ts';
import type { Sample } from '../workload.ts';
import { createChangeLog, type ChangeLog } from './change-log.ts';
import { createCuepointClients } from './cuepoint-clients.ts';
import type { ChangesJob, Observer } from './job.ts';
import type { Change, ChangePlace, CreateLiveClients } from './live-clients.ts';
import { startOpenLoop } from './open-loop.ts';
import { createStoredCheck } from './stored-check.ts';

/** A user's reports go round these. */
const CONTENTS_PER_USER = 10;
const DURATION_SECONDS = 5_400;
/** How long changes may stay out after the last was sent. */
const SETTLE_TIMEOUT_MS = 15_000;
const SETTLE_POLL_MS = 20;
/** A peer may take tens of seconds for its documents; one that never has them is given up. */
const CONNECT_TIMEOUT_MS = 300_000;
const WAITING_SAMPLE_MS = 50;

/** Sends changes on a fixed schedule and records when they were acknowledged and shown. */
export async function runChangeLoad(job: ChangesJob, { announce }: Observer): Promise<Sample> {
  const { users, changesPerSecond, warmUpSeconds, seconds } = job;
  const from = Math.round(changesPerSecond * warmUpSeconds);
  const to = from + Math.round(changesPerSecond * seconds);
  const { placeOf, changeOf } = createChanges(users.length);
  const latenessMs = new Float64Array(to - from);
  const waiting: number[] = [];
  let sent = 0;
  let failure: Error | undefined;
  const connecting = new AbortController();

  const log = createChangeLog(to);
  const create = await createClients(job.system);
  const clients = await create(job, {
    acked: log.acked,
    shown(seq) {
      log.shown(seq);
      if (seq >= from) check.shown(seq);
    },
    failed(error) {
      failure ??= error;
      connecting.abort(error);
    },
  });
  const check = createStoredCheck(clients, placeOf, changesPerSecond);
  const sampling = setInterval(() => {
    if (sent > from && sent < to) waiting.push(sent - log.answeredCount);
  }, WAITING_SAMPLE_MS);
  try {
    await orTimeout(clients.connect(), connecting);
    const { dueAtMs, ended } = startOpenLoop({
      perSecond: changesPerSecond,
      count: to,
      call(seq) {
        if (failure !== undefined) throw failure;
        if (seq === from) announce('window-start');
        if (seq >= from) latenessMs[seq - from] = performance.now() - dueAtMs(seq);
        clients.send(changeOf(seq));
        sent += 1;
      },
    });
    await ended;
    announce('window-end');
    await settle(log, () => failure);
    const summary = log.summary({ from, to, dueAtMs, waitedUntilMs: performance.now() });
    const stored = await check.finish();
    const lateness = { latenessP99Ms: percentile(latenessMs.sort(), 0.99) };
    return { ...summary, ...waitingAtEnds(waiting), ...lateness, ...stored };
  } finally {
    clearInterval(sampling);
    await clients.close();
  }
}

/** The same sequence of values for every system. */
function createChanges(users: number) {
  const contentIds = Array.from({ length: CONTENTS_PER_USER }, (_, content) =>
    contentIdOf(content),
  );
  const nextStamp = createStamps();
  const placeOf = (seq: number): ChangePlace => ({
    user: seq % users,
    contentId: contentIds[Math.floor(seq / users) % CONTENTS_PER_USER] ?? '',
  });
  const changeOf = (seq: number): Change => ({
    ...placeOf(seq),
    seq,
    durationSeconds: DURATION_SECONDS,
    state: seq % 4 === 0 ? 'paused' : 'playing',
    timestamp: timestampToText(nextStamp()),
  });
  return { placeOf, changeOf };
}

/** Rejects when a socket fails meanwhile, or when it takes too long. */
async function orTimeout(work: Promise<void>, { signal }: AbortController): Promise<void> {
  const timeout = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  const given = AbortSignal.any([signal, timeout]);
  const givenUp = new Promise<never>((_resolve, reject) => {
    given.addEventListener('abort', () => reject(given.reason as Error), { once: true });
  });
  await Promise.race([work, givenUp]);
}

/** Loaded by name: a peer's packages are there only when it is measured. */
async function createClients(system: ChangesJob['system']): Promise<CreateLiveClients> {
  if (system === 'cuepoint') return createCuepointClients;
  const file = path.join(import.meta.dirname, '../peers', system, 'clients.mjs');
  const module = (await import(pathToFileURL(file).href)) as Record<string, CreateLiveClients>;
  const create = module[PEER_CLIENTS[system]];
  if (create === undefined) throw new Error(`${file} creates no clients`);
  return create;
}

const PEER_CLIENTS = {
  automerge: 'createAutomergeClients',
  hocuspocus: 'createHocuspocusClients',
} as const;

/** Waits for what is still out, but not for ever. */
async function settle(log: ChangeLog, failure: () => Error | undefined): Promise<void> {
  const givesUpAtMs = performance.now() + SETTLE_TIMEOUT_MS;
  while (!log.isSettled && performance.now() < givesUpAtMs) {
    await delay(SETTLE_POLL_MS);
    const error = failure();
    if (error !== undefined) throw error;
  }
}

/** Changes that wait for their ack, as means of the window's first and last quarter: a backlog grows. */
function waitingAtEnds(samples: readonly number[]): Sample {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  return {
    waitingFirst: mean(samples.slice(0, quarter)),
    waitingLast: mean(samples.slice(-quarter)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
