import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { timestampToText } from '@cuepoint/core';
import type { Observer, WritesJob } from '../live/job.ts';
import { runClosedLoop } from '../support/closed-loop.ts';
import { createProgressChanges } from '../support/data-set.ts';
import type { Sample } from '../workload.ts';
import { createCuepointWriters } from './cuepoint-writers.ts';
import type { CreateWriters } from './writers.ts';

/** A system that answers nothing for so long is not waited for. */
const SILENCE_MAX_MS = 60_000;
/** Thousands of devices read their users' state first. */
const CONNECT_MAX_MS = 600_000;

/** Callers in a closed loop over the sockets of a system, and how long each waits for its ack. */
export async function runWriteLoad(job: WritesJob, { announce }: Observer): Promise<Sample> {
  const { url, users, contentsPerUser, callers, warmUpSeconds, seconds } = job;
  const userIds = users.map(({ userId }) => userId);
  const indexes = new Map(userIds.map((userId, index) => [userId, index]));
  const nextChange = createProgressChanges({ users: users.length, contentsPerUser });
  let givesUpAtMs = performance.now() + CONNECT_MAX_MS;
  const { promise: failure, reject: fail } = withRejection();
  const createWriters = await loadWriters(job.system);
  const writers = createWriters({ url, users, userIds, failed: fail });
  const watching = setInterval(() => {
    if (performance.now() > givesUpAtMs) fail(new Error(`${job.system} answers no more`));
  }, 1_000);

  async function measure(): Promise<Sample> {
    await writers.connect();
    givesUpAtMs = performance.now() + SILENCE_MAX_MS;
    return runClosedLoop(
      {
        callers,
        warmUpSeconds,
        seconds,
        async call(caller) {
          const { userId, op } = nextChange(caller);
          const { kind: _, timestamp, ...fields } = op;
          const isStored = await writers.write(indexes.get(userId) ?? 0, {
            ...fields,
            timestamp: timestampToText(timestamp),
          });
          givesUpAtMs = performance.now() + SILENCE_MAX_MS;
          return isStored;
        },
      },
      (phase) => announce(phase === 'start' ? 'window-start' : 'window-end'),
    );
  }

  try {
    return await Promise.race([measure(), failure]);
  } finally {
    clearInterval(watching);
    await writers.close();
  }
}

function withRejection() {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, onFailed) => {
    reject = onFailed;
  });
  return { promise, reject };
}

/** Loaded by name: a peer's packages are there only when it is measured. */
async function loadWriters(system: WritesJob['system']): Promise<CreateWriters> {
  if (system === 'cuepoint') return createCuepointWriters;
  const file = path.join(import.meta.dirname, '../peers', system, 'writers.mjs');
  const module = (await import(pathToFileURL(file).href)) as Record<string, CreateWriters>;
  const createWriters = module[PEER_WRITERS[system]];
  if (createWriters === undefined) throw new Error(`${file} creates no writers`);
  return createWriters;
}

const PEER_WRITERS = {
  automerge: 'createAutomergeWriters',
  hocuspocus: 'createHocuspocusWriters',
} as const;
