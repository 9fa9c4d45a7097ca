import { describe, expect, test } from 'vitest';
import { DurabilityTracker } from './durability-tracker.ts';
import { untyped } from './testing/refusal.ts';

function deferred() {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** The order in which things settled. */
function follow(log: string[], name: string, promise: Promise<void>): Promise<void> {
  return promise.then(
    () => void log.push(`${name} resolved`),
    (error: unknown) => void log.push(`${name}: ${String(error)}`),
  );
}

describe('whenDurable', () => {
  test('resolves at once when nothing is on its way', async () => {
    await expect(new DurabilityTracker().whenDurable()).resolves.toBeUndefined();
  });

  test('[GC1] waits for every mutation made before it, and for none made after it', async () => {
    const tracker = new DurabilityTracker();
    const [first, second, later] = [deferred(), deferred(), deferred()];
    const log: string[] = [];
    tracker.track(() => first.promise);
    tracker.track(() => second.promise);
    const durable = follow(log, 'durable', tracker.whenDurable());
    tracker.track(() => later.promise);
    second.resolve();
    await second.promise.then(() => log.push('second'));
    first.resolve();
    await first.promise.then(() => log.push('first'));
    await durable;
    expect(log).toEqual(['second', 'first', 'durable resolved']);
    expect(tracker.pending).toBe(1);
    later.resolve();
    await tracker.whenDurable();
    expect(tracker.pending).toBe(0);
  });

  test('rejects with the failure of the port', async () => {
    const tracker = new DurabilityTracker();
    tracker.track(() => Promise.reject(new Error('disk full')));
    await expect(tracker.whenDurable()).rejects.toThrow('disk full');
  });

  test('rejects when the port throws before there is a promise, and the mutation does not throw', async () => {
    const tracker = new DurabilityTracker();
    tracker.track(() => {
      throw new Error('not open');
    });
    expect(tracker.pending).toBe(1);
    await expect(tracker.whenDurable()).rejects.toThrow('not open');
    expect(tracker.pending).toBe(0);
  });

  test('a failure without an error in it is a failure too', async () => {
    const tracker = new DurabilityTracker();
    tracker.track(() => Promise.reject(untyped(undefined)));
    await expect(tracker.whenDurable()).rejects.toBeUndefined();
  });

  test('a failure long before the call is kept for it, the first of several, and told once', async () => {
    const tracker = new DurabilityTracker();
    const [first, second] = [deferred(), deferred()];
    tracker.track(() => first.promise);
    tracker.track(() => second.promise);
    first.reject(new Error('first'));
    second.reject(new Error('second'));
    await Promise.allSettled([first.promise, second.promise]);
    await expect(tracker.whenDurable()).rejects.toThrow('first');
    await expect(tracker.whenDurable()).resolves.toBeUndefined();
  });

  test('two callers who wait for one mutation both hear that it failed', async () => {
    const tracker = new DurabilityTracker();
    const mutation = deferred();
    tracker.track(() => mutation.promise);
    const log: string[] = [];
    const both = [
      follow(log, 'one', tracker.whenDurable()),
      follow(log, 'two', tracker.whenDurable()),
    ];
    mutation.reject('no');
    await Promise.all(both);
    expect(log).toEqual(['one: no', 'two: no']);
    await expect(tracker.whenDurable()).resolves.toBeUndefined();
  });

  test('a caller does not hear of a mutation made after its call', async () => {
    const tracker = new DurabilityTracker();
    const [before, after] = [deferred(), deferred()];
    tracker.track(() => before.promise);
    const durable = tracker.whenDurable();
    tracker.track(() => after.promise);
    after.reject(new Error('later'));
    await after.promise.catch(() => undefined);
    before.resolve();
    await expect(durable).resolves.toBeUndefined();
    await expect(tracker.whenDurable()).rejects.toThrow('later');
  });

  test('after a failure the next mutations are judged on their own', async () => {
    const tracker = new DurabilityTracker();
    tracker.track(() => Promise.reject(new Error('once')));
    await expect(tracker.whenDurable()).rejects.toThrow('once');
    tracker.track(() => Promise.resolve());
    await expect(tracker.whenDurable()).resolves.toBeUndefined();
  });
});

test('a failure that nobody asks for is no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  try {
    const tracker = new DurabilityTracker();
    tracker.track(() => Promise.reject(new Error('nobody asks')));
    tracker.track(() => {
      throw new Error('nobody asks either');
    });
    // Node reports unhandled rejections when the microtasks are done, before the next macrotask.
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(tracker.pending).toBe(0);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', listener);
  }
});
