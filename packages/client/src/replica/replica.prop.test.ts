import { compareStamps, type Op } from '@cuepoint/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import type { StorageChange } from '../storage/client-storage.ts';
import { Acknowledged } from './acknowledged.ts';
import { ReplicaHistory, steps, type Step } from '../testing/replica-history.ts';
import { keyOf, partOf } from './op-key.ts';
import { Replica } from './replica.ts';

/** A replica that takes steps, and everything that its storage was told. */
class Device {
  readonly replica = new Replica();
  readonly records: StorageChange[] = [];
  readonly history = new ReplicaHistory(() => this.replica);

  take(step: Step): void {
    const change = this.history.changeOf(step);
    if (change === undefined) return;
    for (const record of this.replica.commit(change).records) this.records.push(record);
  }
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
  const stored = acknowledged.register(partOf(op), keyOf(op));
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
          for (const op of device.history.opsByCursor.get(meta.cursor ?? '') ?? []) {
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
  const { op, foldedInto } = device.history.entriesById.get(id) ?? {};
  if (op === undefined) return false;
  if (replica.entry(id) !== undefined || holds(replica.acknowledged, op)) return true;
  return foldedInto !== undefined && isKept(device, replica, foldedInto);
}
