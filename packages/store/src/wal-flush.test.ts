import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createWalFlush } from './wal-flush.ts';

/** What was asked of the disk, in order: `open`, `datasync`, `sync` and `close`, each with its file. */
const disk = vi.hoisted(() => ({
  calls: [] as string[],
  failing: undefined as string | undefined,
}));

vi.mock('node:fs/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:fs/promises')>();
  return {
    ...actual,
    async open(file: string, flags: string) {
      const handle = await actual.open(file, flags);
      const name = path.basename(file);
      disk.calls.push(`open ${name}`);
      return new Proxy(handle, {
        get(target, property) {
          const member: unknown = Reflect.get(target, property);
          if (typeof member !== 'function') return member;
          return async (...parameters: unknown[]) => {
            const call = `${String(property)} ${name}`;
            disk.calls.push(call);
            if (disk.failing === call) throw Object.assign(new Error('I/O error'), { code: 'EIO' });
            return Reflect.apply(member, target, parameters) as unknown;
          };
        },
      });
    },
  };
});

const SEGMENTS = [0, 1, 2, 3].map((index) => `00000001000000000000000${index}`);
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-wal-'));
  await mkdir(path.join(dataDir, 'pg_wal'));
  for (const name of SEGMENTS) await writeFile(path.join(dataDir, 'pg_wal', name), 'wal');
  disk.calls.length = 0;
  disk.failing = undefined;
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const timeline = 1;
const at = (segment: number, offset = 1) =>
  `0/${(segment * 16 * 1024 * 1024 + offset).toString(16).toUpperCase()}`;
const datasyncs = () => disk.calls.filter((call) => call.startsWith('datasync'));
const datasyncOf = (segment: number) => `datasync ${SEGMENTS[segment]}`;

test('[GC1] a flush is one datasync of the segment, and of a new segment its directory too', async () => {
  const wal = createWalFlush(dataDir, at(1));
  await wal.flushTo({ timeline, lsn: at(1, 100) });
  expect(disk.calls).toEqual([
    `open ${SEGMENTS[1]}`,
    'open pg_wal',
    'sync pg_wal',
    'close pg_wal',
    datasyncOf(1),
  ]);
  disk.calls.length = 0;
  await wal.flushTo({ timeline, lsn: at(1, 200) });
  expect(disk.calls).toEqual([datasyncOf(1)]);
  await wal.close();
});

test('[GC1] every segment since the last flush is flushed, oldest first', async () => {
  const wal = createWalFlush(dataDir, at(0));
  await wal.flushTo({ timeline, lsn: at(0, 5) });
  disk.calls.length = 0;
  await wal.flushTo({ timeline, lsn: at(2, 5) });
  expect(datasyncs()).toEqual([datasyncOf(0), datasyncOf(1), datasyncOf(2)]);
  await wal.close();
});

test('the byte before a boundary belongs to the segment that it ends', async () => {
  const wal = createWalFlush(dataDir, at(1));
  await wal.flushTo({ timeline, lsn: at(2, 0) });
  expect(datasyncs()).toEqual([datasyncOf(1)]);
  await wal.close();
});

test('a position that a flush before covered asks nothing of the disk', async () => {
  const wal = createWalFlush(dataDir, at(1));
  await wal.flushTo({ timeline, lsn: at(1, 300) });
  disk.calls.length = 0;
  await wal.flushTo({ timeline, lsn: at(1, 200) });
  expect(disk.calls).toEqual([]);
  await wal.close();
});

test('flushes that are asked for at once never use a file that another one closed', async () => {
  const wal = createWalFlush(dataDir, at(0));
  const positions = [at(0, 1), at(1, 1), at(0, 2), at(2, 1), at(3, 1), at(1, 2), at(3, 2)];
  await Promise.all(positions.map((lsn) => wal.flushTo({ timeline, lsn })));
  await wal.close();
  const open = new Set<string>();
  const misuses: string[] = [];
  for (const call of disk.calls) {
    const [action = '', name = ''] = call.split(' ');
    if (action === 'open') {
      if (open.has(name)) misuses.push(call);
      open.add(name);
    } else if (action === 'close') open.delete(name);
    else if (!open.has(name)) misuses.push(call);
  }
  expect(misuses).toEqual([]);
  expect([...open]).toEqual([]);
});

test('a segment that a checkpoint recycled meanwhile is passed over', async () => {
  const wal = createWalFlush(dataDir, at(0));
  await rm(path.join(dataDir, 'pg_wal', SEGMENTS[0] ?? ''));
  await rm(path.join(dataDir, 'pg_wal', SEGMENTS[1] ?? ''));
  await wal.flushTo({ timeline, lsn: at(2, 5) });
  expect(datasyncs()).toEqual([datasyncOf(2)]);
  await wal.close();
});

test('[GC1] a missing last segment fails the flush', async () => {
  const wal = createWalFlush(dataDir, at(3));
  await rm(path.join(dataDir, 'pg_wal', SEGMENTS[3] ?? ''));
  await expect(wal.flushTo({ timeline, lsn: at(3, 5) })).rejects.toMatchObject({ code: 'ENOENT' });
  await wal.close();
});

test('[GC1] after a flush that failed none succeeds, those that waited behind it included', async () => {
  const wal = createWalFlush(dataDir, at(1));
  await wal.flushTo({ timeline, lsn: at(1, 1) });
  disk.failing = datasyncOf(1);
  const failed = wal.flushTo({ timeline, lsn: at(1, 2) });
  const behind = wal.flushTo({ timeline, lsn: at(1, 3) });
  await expect(failed).rejects.toThrow('I/O error');
  disk.failing = undefined;
  await expect(behind).rejects.toThrow('I/O error');
  await expect(wal.flushTo({ timeline, lsn: at(1, 4) })).rejects.toThrow('I/O error');
  await wal.close();
});
