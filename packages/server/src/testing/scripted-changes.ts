import type { Op } from '@cuepoint/core';
import type { ChangesPage, ChangesRequest } from '@cuepoint/store';

/** A read that a test lets happen: `execute` takes the snapshot, `answer` lets its caller have it. */
export interface ScriptedRead {
  readonly request: ChangesRequest;
  execute(): void;
  answer(): void;
  fail(error: Error): void;
}

/**
 * The changes of one user as a test scripts them: the n-th write is content `n`, and the cursor `n` is before
 * the write `n`.
 */
export class ScriptedChanges {
  readonly reads: ScriptedRead[] = [];
  /** Reads so far. */
  count = 0;
  /** While true a read waits in `reads` for the test. */
  isHeld = false;
  /** Cursors before this one are refused. */
  floor = 0;
  /** Changes on a page, whatever is asked for. */
  pageMax = Number.POSITIVE_INFINITY;
  #writes = 0;

  get writes(): number {
    return this.#writes;
  }

  /** @returns the op as it is delivered live. */
  write(): string {
    const op = opOf(this.#writes);
    this.#writes += 1;
    return JSON.stringify({ ...op, timestamp: '000000000001-0000' });
  }

  readonly readChanges = (_userId: string, request: ChangesRequest): Promise<ChangesPage> => {
    this.count += 1;
    if (!this.isHeld) return Promise.resolve(this.#read(request));
    return new Promise((resolve, reject) => {
      let page: ChangesPage | undefined;
      const read: ScriptedRead = {
        request,
        execute: () => {
          page ??= this.#read(request);
        },
        answer: () => {
          read.execute();
          this.reads.splice(this.reads.indexOf(read), 1);
          if (page !== undefined) resolve(page);
        },
        fail: (error) => {
          this.reads.splice(this.reads.indexOf(read), 1);
          reject(error);
        },
      };
      this.reads.push(read);
    });
  };

  #read({ cursor, page, limit }: ChangesRequest): ChangesPage {
    const isRefused = cursor !== undefined && Number(cursor) < this.floor;
    const since = cursor === undefined || isRefused ? 0 : Number(cursor);
    const { from, until, snapshot, resync } =
      page === undefined
        ? {
            from: since,
            until: this.#writes,
            snapshot: this.#writes,
            resync: cursor === undefined || isRefused,
          }
        : (JSON.parse(page) as PagePosition);
    // The latest first: what a page lacks is not always what came last.
    const start = Math.max(from, until - Math.min(limit, this.pageMax));
    const ops = Array.from({ length: until - start }, (_, index) => opOf(start + index));
    const read = { ops, resync, readAtMs: this.count };
    if (start === from) return { ...read, more: false, cursor: String(snapshot) };
    const next: PagePosition = { from, until: start, snapshot, resync };
    return { ...read, more: true, page: JSON.stringify(next) };
  }
}

interface PagePosition {
  readonly from: number;
  readonly until: number;
  readonly snapshot: number;
  readonly resync: boolean;
}

function opOf(index: number): Op {
  const timestamp = { physical: 1, logical: 0 };
  return { kind: 'progress.clear', contentId: String(index), timestamp, deviceId: 'tv' };
}
