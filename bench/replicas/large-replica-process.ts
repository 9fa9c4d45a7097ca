// A device with much on it: its first sync while an app shows the lists, a change and the list after it, its memory.
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { memoryStorage } from '@cuepoint/client';
import { median } from '../support/statistics.ts';
import { createHistory } from '../support/watch-history.ts';
import type { Sample } from '../workload.ts';
import { cuepointLibrary, openState, whenOnline } from './cuepoint-replica.ts';
import { answerJob, usedBytes } from './replica-job.ts';

export interface LargeReplicaJob {
  /** On the watchlist, and as many with progress. */
  readonly titles: number;
  readonly isStored: boolean;
}

const CHANGES = 600;
const CHANGES_PER_TURN = 10;

async function run({ titles, isStored }: LargeReplicaJob): Promise<Sample> {
  const { start } = createHistory({ items: titles, registers: titles, changes: 0 });
  const pages = cuepointLibrary.encode(start, []).state;
  // What is in it is read again by nobody: a storage that is not the process's own memory.
  const { state, receive } = await openState(
    isStored ? { ...memoryStorage(), isVolatile: false } : undefined,
  );
  const before = await usedBytes();
  let rowsAtHalf = 0;
  const look = () => state.watchlist.list().length + state.progress.list().length;
  for (const part of [state.watchlist, state.progress]) part.subscribe(look);
  const turns = watchTurns();
  const startedAtMs = performance.now();
  for (const [index, page] of pages.entries()) {
    receive(page);
    await turn();
    if (index === pages.length >> 1) rowsAtHalf = look();
  }
  await whenOnline(state.status);
  const onlineMs = performance.now() - startedAtMs;
  await state.whenStored();
  const storedMs = performance.now() - startedAtMs;
  const longest = turns.end();
  if (state.progress.list().length !== titles) throw new Error('a title is missing');
  const heldMib = ((await usedBytes()) - before) / 2 ** 20;
  // The messages were there before: they are held until here.
  if (pages.length === 0) throw new Error('nothing was sent');
  const setMs = await timesOf((count) => {
    state.progress.set(`watched-${String((count * 37) % titles).padStart(6, '0')}`, {
      positionSeconds: 100 + count,
      durationSeconds: 5_400,
      state: 'playing',
    });
    state.progress.list();
  });
  const addMs = await timesOf((count) => {
    state.watchlist.add(`new-${count}`);
    state.watchlist.list();
  });
  return { onlineMs, storedMs, ...longest, rowsAtHalf, heldMib, setMs, addMs };
}

/** The longest turn of the event loop until the end, in ms: of the clock, and of its own thread's processor time. */
function watchTurns() {
  let isOn = true;
  let [longestMs, longestBusyMs] = [0, 0];
  let [lastMs, lastBusyMs] = [performance.now(), threadMs()];
  const watch = (): void => {
    const [nowMs, busyMs] = [performance.now(), threadMs()];
    longestMs = Math.max(longestMs, nowMs - lastMs);
    longestBusyMs = Math.max(longestBusyMs, busyMs - lastBusyMs);
    [lastMs, lastBusyMs] = [nowMs, busyMs];
    if (isOn) setImmediate(watch);
  };
  watch();
  return {
    end() {
      isOn = false;
      return { longestTurnMs: longestMs, longestBusyMs };
    },
  };
}

/** What Linux says of this thread, whoever else wants its processor; its ticks are 1 to 4 ms. */
function threadMs(): number {
  const [ns = 'NaN'] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(ns) / 1e6;
}

/** The median, in ms. */
async function timesOf(change: (count: number) => void): Promise<number> {
  const timesMs: number[] = [];
  for (let count = 0; count < CHANGES; count += 1) {
    const startedAtMs = performance.now();
    change(count);
    timesMs.push(performance.now() - startedAtMs);
    if (count % CHANGES_PER_TURN === 0) await turn();
  }
  return median(timesMs);
}

answerJob(run);
