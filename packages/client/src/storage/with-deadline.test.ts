import { expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
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
