import { expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
import { keyValueStorage } from './key-value-storage.ts';
import { STORAGE_DEADLINE_MS, withDeadline } from './with-deadline.ts';

function setup() {
  const environment = new FakeEnvironment();
  const inner = new FakeStorage();
  return { environment, inner, storage: withDeadline(inner, environment) };
}

it('fails where it would hang, begins nothing meanwhile, and works again', async () => {
  const { environment, inner, storage } = setup();
  const release = inner.hold();
  const written = storage.write('n', [['a', 1]]);
  let failure: unknown;
  written.catch((error: unknown) => {
    failure = error;
  });
  await environment.advance(STORAGE_DEADLINE_MS - 1);
  expect(environment.timers).toEqual([1]);
  await environment.advance(1);
  expect(failure).toMatchObject({ message: 'The storage hangs.' });
  // At once now.
  await expect(storage.write('n', [['a', 2]])).rejects.toThrow('hangs');
  await expect(storage.read('n')).rejects.toThrow('hangs');
  await expect(storage.clear('n')).rejects.toThrow('hangs');
  release();
  await settled();
  expect(await storage.read('n')).toEqual([['a', 1]]);
  await storage.write('n', [['a', 3]]);
  expect(inner.written.map(([, change]) => change)).toEqual([
    ['a', 1],
    ['a', 3],
  ]);
  expect(environment.timers).toEqual([]);
});

it('lets a call take its time that goes on step by step', async () => {
  const environment = new FakeEnvironment();
  const held: (() => void)[] = [];
  const medium = new Map<string, string>();
  const storage = withDeadline(
    keyValueStorage({
      get: (key) => medium.get(key),
      set: (key, value) =>
        new Promise((resolve) => {
          held.push(() => {
            medium.set(key, value);
            resolve();
          });
        }),
      delete: (key) => void medium.delete(key),
      keys: () => [...medium.keys()],
    }),
    environment,
  );
  const written = storage.write('n', [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
  for (let record = 0; record < 3; record += 1) {
    await environment.advance(STORAGE_DEADLINE_MS - 1);
    held.shift()?.();
    await settled();
  }
  await written;
  expect(environment.timers).toEqual([]);
  const hung = storage.write('n', [['d', 4]]);
  hung.catch(() => undefined);
  await environment.advance(STORAGE_DEADLINE_MS);
  await expect(hung).rejects.toThrow('hangs');
});

it('knows what hangs from whoever opened the storage before', async () => {
  const { environment, inner, storage } = setup();
  const release = inner.hold();
  const cleared = storage.clear('n');
  cleared.catch(() => undefined);
  await environment.advance(STORAGE_DEADLINE_MS);
  await expect(cleared).rejects.toThrow('hangs');
  const next = withDeadline(inner, environment);
  await expect(next.write('n', [['a', 1]])).rejects.toThrow('hangs');
  release();
  await settled();
  await next.write('n', [['a', 1]]);
  expect(await next.read('n')).toEqual([['a', 1]]);
});

it('listens to the steps of a storage once, however often it is opened', () => {
  const environment = new FakeEnvironment();
  let listeners = 0;
  const storage = Object.assign(new FakeStorage(), {
    onStep: () => {
      listeners += 1;
    },
  });
  for (let opened = 0; opened < 3; opened += 1) withDeadline(storage, environment);
  expect(listeners).toBe(1);
});

it('takes a storage that throws at once for one that fails', async () => {
  const environment = new FakeEnvironment();
  const storage = withDeadline(
    {
      read() {
        throw new Error('not allowed here');
      },
      write: () => Promise.resolve(),
      clear: () => Promise.resolve(),
    },
    environment,
  );
  await expect(storage.read('n')).rejects.toThrow('not allowed here');
  expect(environment.timers).toEqual([]);
});

it('hands on what the storage itself says', async () => {
  const { environment, inner, storage } = setup();
  inner.isFailing = true;
  await expect(storage.read('n')).rejects.toThrow('the disk is full');
  inner.isFailing = false;
  await storage.write('n', [['a', 1]]);
  expect(await storage.read('n')).toEqual([['a', 1]]);
  await storage.clear('n');
  expect(await storage.read('n')).toEqual([]);
  expect(environment.timers).toEqual([]);
});
