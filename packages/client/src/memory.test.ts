import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { timestampToText, type WireOp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { watchedOf } from './facades/watched.ts';
import type { ClientStorage } from './storage/client-storage.ts';
import { ScriptedService } from './testing/scripted-service.ts';
import { createWatchState } from './watch-state.ts';

const MIB = 2 ** 20;
const ROWS_PER_PAGE = 500;
const RUNS = 3;
const LAST_CURSOR = 'c2';
const FIRST_MS = Date.UTC(2026, 0, 1);

/** What a browser's storage holds is not in the page's memory. */
const STORES_NOTHING: ClientStorage = {
  read: async () => [],
  write: async () => undefined,
  clear: async () => undefined,
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function heapBytes(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    collectGarbage();
    await turn();
  }
  return process.memoryUsage().heapUsed;
}

async function openDevice() {
  const service = new ScriptedService([]);
  const state = await createWatchState({
    url: 'http://service.invalid',
    getToken: () => 'opaque',
    device: { deviceType: 'TV', platform: 'test', appVersion: '1', deviceId: 'tv' },
    storage: STORES_NOTHING,
    createSocket: service.createSocket,
  });
  while (!state.status.get().isOnline) await turn();
  return { state, service };
}

/** A first sync, of which nothing is held past the page that is told. */
async function tellAll(
  { service }: { readonly service: ScriptedService },
  titles: number,
  rowsOf: (count: number) => WireOp[],
) {
  let ops: WireOp[] = [];
  for (let count = 0; count < titles; count += 1) {
    ops.push(...rowsOf(count));
    const isLast = count === titles - 1;
    if (ops.length < ROWS_PER_PAGE && !isLast) continue;
    service.tell({
      type: 'changes',
      ops,
      resync: true,
      more: !isLast,
      ...(isLast && { cursor: LAST_CURSOR }),
    });
    ops = [];
    await turn();
  }
}

function stamped(count: number) {
  // Ids of devices are told anew with each row.
  const deviceId = ['6f1c1f4e-52a3-4c8e-9d3c-0d1f2a3b4c5d', 'phone-of-somebody'][count % 2] ?? '';
  return {
    timestamp: timestampToText({ physical: FIRST_MS + count * 1_000, logical: 0 }),
    deviceId,
  };
}

function watched(count: number): WireOp {
  return {
    kind: 'register.set',
    register: 'watched',
    key: `tmdb:movie:${count}`,
    value: { at: new Date(FIRST_MS + count * 1_000).toISOString() },
    ...stamped(count),
  };
}

function progress(count: number): WireOp {
  const { timestamp, deviceId } = stamped(count);
  return {
    kind: 'progress.set',
    contentId: `tmdb:movie:${count}`,
    positionSeconds: 5_000 + count,
    durationSeconds: 5_400 + count,
    state: 'paused',
    claim: timestampToText({ physical: FIRST_MS + count * 1_000 - 500, logical: 0 }),
    timestamp,
    deviceId,
  };
}

function listed(count: number): WireOp {
  return {
    kind: 'watchlist.add',
    contentId: `tmdb:tv:${count}`,
    tag: randomUUID(),
    ...stamped(count),
  };
}

/** In MiB, without the lists and with them. */
async function measure(titles: number, rowsOf: (count: number) => WireOp[]) {
  const device = await openDevice();
  const { state } = device;
  const read = () =>
    state.progress.list().length + state.watchlist.size + watchedOf(state).list().length;
  read();
  const before = await heapBytes();
  await tellAll(device, titles, rowsOf);
  while (state.inspect().cursor !== LAST_CURSOR) await turn();
  const replica = ((await heapBytes()) - before) / MIB;
  expect(read()).toBe(titles * rowsOf(0).length);
  const withLists = ((await heapBytes()) - before) / MIB;
  await state.close();
  return { replica, withLists };
}

/** What the engine makes of the code meanwhile is in the same heap: the least of some runs has the least of it. */
async function leastOf(titles: number, rowsOf: (count: number) => WireOp[]) {
  const runs: Awaited<ReturnType<typeof measure>>[] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await measure(titles, rowsOf));
  return {
    replica: Math.min(...runs.map(({ replica }) => replica)),
    withLists: Math.min(...runs.map(({ withLists }) => withLists)),
  };
}

describe('what a device holds in memory', () => {
  it('is at most 2.5 MiB of 5,000 watched titles with a position each', async () => {
    const { replica } = await leastOf(5_000, (count) => [watched(count), progress(count)]);
    expect(replica).toBeLessThan(2.5);
    // What cannot be: the measurement has seen nothing.
    expect(replica).toBeGreaterThan(1);
  });

  it('is at most 25 MiB of 25,000 titles on the list and with a position, both lists read', async () => {
    const { withLists } = await leastOf(25_000, (count) => [listed(count), progress(count)]);
    expect(withLists).toBeLessThan(25);
    expect(withLists).toBeGreaterThan(5);
  });
});
