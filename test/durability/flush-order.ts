import type { SystemCall } from './trace.ts';

export interface FlushOrder {
  /** Marks whose ack left the service, in order. */
  readonly acked: readonly string[];
  /** Flushes of the write-ahead log that succeeded. */
  readonly flushes: number;
  /** One sentence for each ack that was not preceded by a flush of what it acknowledges. */
  readonly violations: readonly string[];
}

/**
 * Holds a trace to the promise of an ack: what it acknowledges was written to the write-ahead log, that file was
 * then flushed, and only then did the ack leave. [GC1]
 *
 * Each op carries a mark (`newMark`) as its content id and as the id of its push. A database writes texts to its
 * log as they are, so the mark is found there, whoever wrote it and with whatever else. The record of
 * the commit follows in the same write, or in a later one that the committing process flushes as well.
 */
export function readFlushOrder(calls: readonly SystemCall[]): FlushOrder {
  const acks = calls.flatMap((call) => acksIn(call).map((mark) => ({ mark, call })));
  const writes = calls.filter((call) => WRITES.has(call.name) && isLog(call) && succeeded(call));
  const flushes = calls.filter((call) => FLUSHES.has(call.name) && isLog(call) && flushed(call));
  const writesByMark = new Map<string, SystemCall[]>();
  for (const write of writes) {
    for (const mark of new Set(write.text.match(MARKS))) {
      writesByMark.set(mark, [...(writesByMark.get(mark) ?? []), write]);
    }
  }
  const violations = acks.flatMap(({ mark, call }) => {
    const before = (writesByMark.get(mark) ?? []).filter(({ endedAt }) => isBefore(endedAt, call));
    if (before.length === 0) return [`${mark} ${UNLOGGED}`];
    const isFlushed = before.some((write) =>
      flushes.some(
        (flush) =>
          flush.target === write.target &&
          isBefore(write.endedAt, flush) &&
          isBefore(flush.endedAt, call),
      ),
    );
    return isFlushed ? [] : [`${mark} ${UNFLUSHED}`];
  });
  return {
    acked: acks.map(({ mark }) => mark),
    flushes: flushes.length,
    violations,
  };
}

/** @param random twelve hex digits. */
export function newMark(random: string): string {
  return `mark-${random}`;
}

const UNLOGGED = 'was acknowledged before it was in the log';
const UNFLUSHED = 'was acknowledged before the log was flushed';
const MARK = 'mark-[0-9a-f]{12}';
const MARKS = new RegExp(MARK, 'g');
const WRITES = new Set(['write', 'pwrite64', 'writev', 'pwritev', 'pwritev2']);
const SENDS = new Set(['write', 'writev', 'sendto', 'sendmsg']);
const FLUSHES = new Set(['fsync', 'fdatasync']);
/** In a trace the quotes of a text are escaped. */
const ACK_MESSAGE = new RegExp(
  String.raw`\\"type\\":\\"ack\\",\\"id\\":\\"(?<mark>${MARK})\\"`,
  'g',
);
const ANSWER = new RegExp(
  String.raw`HTTP/1\.1 20\d .*?\\"contentId\\":\\"(?<mark>${MARK})\\"`,
  'gs',
);

function acksIn({ name, target, text }: SystemCall): string[] {
  if (!SENDS.has(name) || !target.startsWith('TCP')) return [];
  return [...text.matchAll(ACK_MESSAGE), ...text.matchAll(ANSWER)].map(
    ({ groups }) => groups?.['mark'] ?? '',
  );
}

function isLog({ target }: SystemCall): boolean {
  return target.includes('/pg_wal/');
}

function succeeded({ result }: SystemCall): boolean {
  return /^\d/.test(result);
}

/** A flush that `strace` only pretended has put nothing on a disk. */
function flushed({ result }: SystemCall): boolean {
  return result === '0';
}

function isBefore(endedAt: number | undefined, { beganAt }: SystemCall): boolean {
  return endedAt !== undefined && endedAt < beganAt;
}
