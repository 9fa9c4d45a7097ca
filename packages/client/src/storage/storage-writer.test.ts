import { describe, expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
import type { StorageChange } from './client-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import { RECORDS_PER_WRITE_MAX, StorageWriter } from './storage-writer.ts';

function setup() {
  const environment = new FakeEnvironment();
  const storage = new FakeStorage();
  const failures: boolean[] = [];
  const writer: StorageWriter = new StorageWriter(storage, 'n', environment, () =>
    failures.push(writer.hasFailed),
  );
  return { environment, storage, failures, writer };
}

describe('the writer', () => {
  it('writes what comes meanwhile together, after what is on its way', async () => {
    const { storage, writer } = setup();
    const release = storage.hold();
    const first = writer.write([['a', 1]]);
    await settled();
    const rest = [writer.write([['b', 2]]), writer.write([['a', 3]])];
    release();
    await Promise.all([first, ...rest]);
    expect(storage.written.map(([, change]) => change)).toEqual([
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ]);
  });

  it('tries a write that fails again, and nobody hears of it', async () => {
    const { environment, storage, failures, writer } = setup();
    storage.isFailing = true;
    const written = writer.write([['a', 1]]);
    await settled();
    storage.isFailing = false;
    await environment.advance(200);
    await written;
    expect([failures, writer.hasFailed]).toEqual([[], false]);
    expect(new Map(await storage.read('n'))).toEqual(new Map([['a', 1]]));
  });

  it('says so when the medium fails for good, and when it works again; nothing is skipped', async () => {
    const { environment, storage, failures, writer } = setup();
    storage.isFailing = true;
    const written = writer.write([['a', 1]]);
    await environment.advance(10_000);
    await written;
    expect([failures, writer.hasFailed]).toEqual([[true], true]);
    // It fails at once now: an app that keeps writing does not wait each time.
    await writer.write([['b', 2]]);
    storage.isFailing = false;
    await writer.write([['c', 3]]);
    expect([failures, writer.hasFailed]).toEqual([[true, false], false]);
    expect(storage.written.map(([, [key]]) => key)).toEqual(['a', 'b', 'c']);
  });

  it('takes a state of more records than a call has arguments', async () => {
    let written = 0;
    const storage = {
      ...memoryStorage(),
      write: async (_: string, changes: readonly StorageChange[]) => {
        written += changes.length;
      },
    };
    const writer = new StorageWriter(storage, 'n', new FakeEnvironment(), () => undefined);
    await writer.write(Array.from({ length: 200_000 }, (_, at): StorageChange => [`k${at}`, 1]));
    expect(written).toBe(200_000);
  });

  it('writes so many at a time, and after a failure what is left, in order', async () => {
    const sizes: number[] = [];
    const keys: string[] = [];
    let failures = 3;
    const storage = {
      ...memoryStorage(),
      write: async (_: string, changes: readonly StorageChange[]) => {
        if (sizes.length === 1 && failures-- > 0) throw new Error('the disk is full');
        sizes.push(changes.length);
        for (const [key] of changes) keys.push(key);
      },
    };
    const environment = new FakeEnvironment();
    const writer = new StorageWriter(storage, 'n', environment, () => undefined);
    const count = 2 * RECORDS_PER_WRITE_MAX + 1;
    const changes = Array.from({ length: count }, (_, at): StorageChange => [`k${at}`, 1]);
    const written = writer.write(changes);
    await environment.advance(10_000);
    await written;
    expect(sizes).toEqual([RECORDS_PER_WRITE_MAX, RECORDS_PER_WRITE_MAX, 1]);
    expect(keys).toEqual(changes.map(([key]) => key));
  });

  it('keeps the last of each record only while a medium fails for long', async () => {
    const { environment, storage, writer } = setup();
    storage.isFailing = true;
    const written = writer.write([['a', 0]]);
    await environment.advance(10_000);
    await written;
    for (let count = 1; count <= 10_001; count += 1) void writer.write([['a', count]]);
    await writer.settle();
    storage.isFailing = false;
    await writer.write([['b', 1]]);
    expect(storage.written.map(([, change]) => change)).toEqual([
      ['a', 10_001],
      ['b', 1],
    ]);
  });
});
