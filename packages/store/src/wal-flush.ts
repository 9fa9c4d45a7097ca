import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

const SEGMENT_BYTES = 16 * 1024 * 1024;

export interface WalFlush {
  /**
   * Resolves when the WAL up to `lsn` ("hi/lo", hex) is on the disk. Calls run one after another; once one
   * failed, every later one fails too.
   */
  flushTo(position: { readonly timeline: number; readonly lsn: string }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Flushes an embedded PostgreSQL's write-ahead log.
 *
 * PGlite writes its WAL through the file system but never asks the kernel to put it on the disk, so a
 * commit survives the process and not the machine. A flush after each commit closes that gap. [GC1]
 *
 * Segments since the last flush are flushed oldest first, and the directory when a segment is new: a
 * file without its directory entry is lost too.
 */
export function createWalFlush(dataDir: string, firstLsn: string): WalFlush {
  const walDir = path.join(dataDir, 'pg_wal');
  let flushedSegment = segmentOf(firstLsn);
  let flushedTo = 0n;
  let current: { readonly segment: bigint; readonly file: FileHandle } | undefined;
  let tail: Promise<void> = Promise.resolve();

  async function fileOf(timeline: number, segment: bigint): Promise<FileHandle> {
    if (current?.segment === segment) return current.file;
    await current?.file.close();
    current = undefined;
    const file = await open(path.join(walDir, segmentName(timeline, segment)), 'r+');
    current = { segment, file };
    await flushDirectory(walDir);
    return file;
  }

  async function flush(timeline: number, lsn: string): Promise<void> {
    const position = positionOf(lsn);
    // What a flush before covered was written before that flush began.
    if (position <= flushedTo) return;
    const last = segmentOf(lsn);
    for (let segment = flushedSegment; segment <= last; segment += 1n) {
      try {
        const file = await fileOf(timeline, segment);
        await file.datasync();
      } catch (error) {
        if (segment === last || !isMissing(error)) throw error;
        // A checkpoint that came between has recycled it: recovery starts after it.
      }
    }
    flushedSegment = last;
    flushedTo = position;
  }

  return {
    flushTo({ timeline, lsn }) {
      tail = tail.then(() => flush(timeline, lsn));
      return tail;
    },
    async close() {
      await current?.file.close();
      current = undefined;
    },
  };
}

async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The segment that holds the byte before `lsn`: at a boundary nothing of the next one is written. */
function segmentOf(lsn: string): bigint {
  const position = positionOf(lsn);
  return position === 0n ? 0n : (position - 1n) / BigInt(SEGMENT_BYTES);
}

function positionOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The name that PostgreSQL gives a segment: timeline, then the segment's number in two parts. */
function segmentName(timeline: number, segment: bigint): string {
  const perHigh = 0x1_0000_0000n / BigInt(SEGMENT_BYTES);
  const hex = (value: bigint | number) => value.toString(16).toUpperCase().padStart(8, '0');
  return `${hex(timeline)}${hex(segment / perHigh)}${hex(segment % perHigh)}`;
}
