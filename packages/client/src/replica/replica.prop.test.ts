import { compareStamps, type Op, type ProgressOp } from '@cuepoint/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryHistory } from '../../../core/src/testing/op-arbitraries.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import type { StorageChange } from '../storage/client-storage.ts';
import { Acknowledged } from './acknowledged.ts';
import { Replica, type ReplicaChange } from './replica.ts';

type Step =
  | { readonly does: 'write' | 'remote' | 'page' | 'resync'; readonly op: Op }
  | { readonly does: 'send' | 'ack' | 'refuse' | 'lose'; readonly which: number };

const steps: fc.Arbitrary<Step[]> = arbitraryHistory({ devices: 1 }).chain((ops) =>
  fc.array(
    fc.oneof(
      fc.record({
        does: fc.constantFrom('write' as const, 'write' as const, 'remote', 'page', 'resync'),
        op: fc.constantFrom(...ops),
      }),
      fc.record({
        does: fc.constantFrom('send' as const, 'ack' as const, 'refuse', 'lose'),
        which: fc.nat({ max: 7 }),
      }),
    ),
    { maxLength: 30 },
  ),
);

/** A replica that takes steps, and everything that its storage was told. */
class Device {
  readonly replica = new Replica();
  readonly records: StorageChange[] = [];
  readonly committed: Op[] = [];
  /** What the service had committed when it gave a cursor. */
  readonly opsByCursor = new Map<string, readonly Op[]>();
  /** Every entry that ever was, and the one that took its place. */
  readonly entriesById = new Map<string, { op: Op; foldedInto: string | undefined }>();

  take(step: Step): void {
    const change = this.#changeOf(step);
    if (change === undefined) return;
    for (const record of this.replica.commit(change).records) this.records.push(record);
  }

  #changeOf(step: Step): ReplicaChange | undefined {
    if ('op' in step) return this.#changeOfOp(step.does, step.op);
    const entries = this.replica.entries();
    const entry = entries[step.which % Math.max(entries.length, 1)];
    if (entry === undefined) return undefined;
    const event = { send: 'send', ack: 'settled', refuse: 'refused', lose: 'lost' } as const;
    const next = this.replica.step(entry.id, event[step.does]);
    if (next === undefined) return undefined;
    if (next === 'gone') {
      this.committed.push(entry.op);
      return { fold: [entry.op], drop: [entry.id] };
    }
    const { timestamp } = entry.op;
    if (step.does === 'send') {
      return { put: [{ ...next, sends: next.sends + 1 }], meta: { lastSent: timestamp } };
    }
    return { put: [step.does === 'refuse' ? { ...next, code: 'change_refused' } : next] };
  }

  #changeOfOp(does: 'write' | 'remote' | 'page' | 'resync', op: Op): ReplicaChange {
    if (does === 'write') return this.#write(op);
    this.committed.push(op);
    if (does === 'remote') return { fold: [op] };
    const cursor = `c${this.opsByCursor.size}`;
    const all = [...this.committed];
    this.opsByCursor.set(cursor, all);
    return does === 'page' ? { fold: all, meta: { cursor } } : { replace: all, meta: { cursor } };
  }

  #write(op: Op): ReplicaChange {
    const id = String(this.entriesById.size).padStart(12, '0');
    const folded = this.replica
      .pendingOf(op.contentId)
      .filter((entry) => isProgress(entry.op) && isProgress(op) && entry.state === 'unsent');
    for (const { id: before, op: old } of folded) {
      this.entriesById.set(before, { op: old, foldedInto: id });
    }
    this.entriesById.set(id, { op, foldedInto: undefined });
    const entry: OutboxEntry = {
      id,
      op,
      userId: op.timestamp.logical === 2 ? undefined : 'ada',
      shownUserId: undefined,
      wallMs: 5,
      serviceMs: op.timestamp.logical === 0 ? undefined : 7,
      notBeforeMs: 3,
      seen: op.timestamp.logical === 1 ? op.timestamp : undefined,
      sends: 0,
      state: 'unsent',
      code: undefined,
    };
    return {
      put: [entry],
      ...(folded.length > 0 && { drop: folded.map((each) => each.id), foldedInto: id }),
    };
  }
}

function isProgress({ kind }: Op): boolean {
  return kind === 'progress.set' || kind === 'progress.clear';
}

function load(records: readonly StorageChange[]): Replica {
  const stored = new Map<string, unknown>();
  for (const [key, value] of records) {
    if (value === undefined) stored.delete(key);
    else stored.set(key, structuredClone(value));
  }
  return Replica.fromRecords(stored);
}

/** What a disk cannot tell: over which connection an entry was sent. */
function asStored(entries: readonly OutboxEntry[]): OutboxEntry[] {
  return entries.map((entry) =>
    Object.assign({ ...entry }, entry.state === 'inFlight' ? { state: 'unanswered' } : {}),
  );
}

function sorted(ops: readonly Op[]): string[] {
  return ops
    .map((op) => JSON.stringify(op, Object.keys(op).sort().concat('physical', 'logical')))
    .sort();
}

function holds(acknowledged: Acknowledged, op: Op): boolean {
  if (op.kind === 'watchlist.add') return acknowledged.set.get(op.tag)?.added != null;
  if (op.kind === 'watchlist.remove') {
    return op.tags.every((tag) => acknowledged.set.get(tag)?.removed != null);
  }
  const stored: ProgressOp | undefined = acknowledged.registers.get(op.contentId);
  return stored !== undefined && compareStamps(stored, op) >= 0;
}

describe('what a device has stored', () => {
  it('[SDK8] gives the same replica at its next start', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const device = new Device();
        for (const step of taken) device.take(step);
        const loaded = load(device.records);
        const { replica } = device;
        expect(sorted(loaded.acknowledged.ops())).toEqual(sorted(replica.acknowledged.ops()));
        expect(loaded.entries()).toEqual(asStored(replica.entries()));
        expect(loaded.meta).toEqual(replica.meta);
        expect(loaded.deadCount).toBe(replica.deadCount);
      }),
    );
  });

  it('[SDK8] has at each moment of its writing everything that its cursor stands for', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const device = new Device();
        for (const step of taken) device.take(step);
        for (let written = 0; written <= device.records.length; written += 1) {
          const { acknowledged, meta } = load(device.records.slice(0, written));
          for (const op of device.opsByCursor.get(meta.cursor ?? '') ?? []) {
            expect(holds(acknowledged, op)).toBe(true);
          }
        }
      }),
    );
  });

  it('[SDK2] has at each moment each change in the outbox, or acknowledged', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const device = new Device();
        for (const step of taken) device.take(step);
        const written = new Set<string>();
        for (const [index, [key, value]] of device.records.entries()) {
          if (key.startsWith('o/') && value !== undefined) written.add(key.slice(2));
          const replica = load(device.records.slice(0, index + 1));
          for (const id of written) expect(isKept(device, replica, id)).toBe(true);
        }
      }),
    );
  });

  it('is read as far as it can be, whatever is broken in it', () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.jsonValue(), (taken, which, garbage) => {
        const device = new Device();
        for (const step of taken) device.take(step);
        const stored = new Map(device.records.filter(([, value]) => value !== undefined));
        const keys = [...stored.keys()];
        const broken = keys[which % Math.max(keys.length, 1)] ?? 'o/1';
        const loaded = Replica.fromRecords(new Map(stored).set(broken, garbage));
        const without = new Map(stored);
        without.delete(broken);
        const least = Replica.fromRecords(without);
        expect(loaded.entries().length).toBeGreaterThanOrEqual(least.entries().length);
      }),
    );
  });
});

function isKept(device: Device, replica: Replica, id: string): boolean {
  const { op, foldedInto } = device.entriesById.get(id) ?? {};
  if (op === undefined) return false;
  if (replica.entry(id) !== undefined || holds(replica.acknowledged, op)) return true;
  return foldedInto !== undefined && isKept(device, replica, foldedInto);
}
