import { CuepointError } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { createSignal } from '../testing/signal.ts';
import { createAwaitDatabase } from './await-database.ts';

const away = () => new CuepointError('database_unavailable', 'away', { retryAfterMs: 1 });
const TIMEOUT_MS = 30_000;

/** A back-off passes at once, after `onDelay`; the bound only by `expire` or when it is called off. */
function setup({
  onDelay = () => undefined,
  waitingMax = 10,
}: { onDelay?: () => unknown; waitingMax?: number } = {}) {
  const delays: number[] = [];
  const [stopping, expiry] = [new AbortController(), createSignal()];
  let openTimers = 0;
  const awaitDatabase = createAwaitDatabase(
    {
      delay: async (ms, signal) => {
        if (ms !== TIMEOUT_MS) {
          delays.push(ms);
          onDelay();
          // A turn of the event loop, so that what `onDelay` ended is seen.
          await new Promise(setImmediate);
          return;
        }
        openTimers += 1;
        const calledOff = new Promise((resolve) => signal.addEventListener('abort', resolve));
        await Promise.race([expiry.received, calledOff]);
        openTimers -= 1;
      },
      random: () => 1,
    },
    { timeoutMs: TIMEOUT_MS, waitingMax, signal: stopping.signal },
  );
  return { awaitDatabase, delays, stopping, expire: expiry.send, openTimers: () => openTimers };
}

function failing(times: number) {
  let count = 0;
  return async () => {
    count += 1;
    if (count <= times) throw away();
    return 'read';
  };
}

describe('a read before a write', () => {
  it('[GC5] is read again until the database answers, ever more rarely', async () => {
    const { awaitDatabase, delays, openTimers } = setup();
    expect(await awaitDatabase(failing(7))).toBe('read');
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
    await new Promise(setImmediate);
    expect(openTimers()).toBe(0);
  });

  it('fails at once with what does not mend by waiting', async () => {
    const { awaitDatabase, delays } = setup();
    const refused = new CuepointError('storage_failed', 'no');
    await expect(awaitDatabase(() => Promise.reject(refused))).rejects.toBe(refused);
    expect(delays).toEqual([]);
  });

  it('[GC5] that never came back is no unknown outcome: nothing was written', async () => {
    const { awaitDatabase, delays, expire } = setup({
      onDelay: () => delays.length === 3 && expire(),
    });
    await expect(awaitDatabase(failing(Infinity))).rejects.toMatchObject({
      code: 'database_unavailable',
      retryAfterMs: 1,
    });
    expect(delays).toHaveLength(3);
  });

  it('[GC7] ends with the stop', async () => {
    const { awaitDatabase, stopping, delays } = setup({
      onDelay: () => delays.length === 2 && stopping.abort(),
    });
    const waits = () => awaitDatabase(failing(Infinity));
    await expect(waits()).rejects.toMatchObject({ code: 'shutting_down' });
    await expect(waits()).rejects.toMatchObject({ code: 'shutting_down' });
    expect(delays).toHaveLength(2);
  });

  it('[SEC3] is refused past the named number of requests, which is free again after them', async () => {
    const { awaitDatabase } = setup({ waitingMax: 2 });
    const waiting = [awaitDatabase(failing(3)), awaitDatabase(failing(3))];
    await new Promise(setImmediate);
    await expect(awaitDatabase(failing(1))).rejects.toMatchObject({
      code: 'overloaded',
      limit: { name: 'requestsWaiting', value: 2 },
      retryAfterMs: 1_000,
    });
    expect(await Promise.all(waiting)).toEqual(['read', 'read']);
    expect(await awaitDatabase(failing(1))).toBe('read');
  });
});
