import {
  compareStamps,
  ORSet,
  opToWire,
  textToTimestamp,
  timestampToText,
  wireToOp,
  type Op,
  type ORSetEntry,
  type ProgressOp,
  type Stamp,
  type WireOp,
} from '@cuepoint/core';
import type { StorageChange } from '../storage/client-storage.ts';

type StoredStamp = readonly [timestamp: string, deviceId: string];
interface StoredTag {
  readonly contentId: string;
  readonly added?: StoredStamp;
  readonly removed?: StoredStamp;
}

const TAG_PREFIX = 't/';
const REGISTER_PREFIX = 'p/';

/** What the service holds of a user, as far as this device was told: the fold of committed ops. [SDK8] */
export class Acknowledged {
  readonly set = new ORSet();
  readonly registers = new Map<string, ProgressOp>();

  /** @returns whether anything changed. */
  fold(op: Op): boolean {
    if (op.kind === 'watchlist.add') {
      return this.set.add(op.contentId, op.tag, op) === 'applied';
    }
    if (op.kind === 'watchlist.remove') {
      return this.set.remove(op.contentId, op.tags, op) === 'applied';
    }
    const stored = this.registers.get(op.contentId);
    if (stored !== undefined && compareStamps(stored, op) >= 0) return false;
    this.registers.set(op.contentId, op);
    return true;
  }

  /** @returns false for a record that is not of this part of the replica. */
  load(key: string, value: unknown): boolean {
    if (key.startsWith(TAG_PREFIX)) {
      const entry = storedToTag(key.slice(TAG_PREFIX.length), value as StoredTag);
      this.set.apply(entry);
      this.set.markPersisted(entry);
      return true;
    }
    if (!key.startsWith(REGISTER_PREFIX)) return false;
    const wire = value as WireOp;
    this.fold(wireToOp(wire, wire.deviceId ?? ''));
    return true;
  }

  /** What the storage has to be told of the tags that changed since the last call. */
  takeChangedTags(): StorageChange[] {
    return this.set.unpersisted().map((entry) => {
      this.set.markPersisted(entry);
      return [TAG_PREFIX + entry.tag, tagToStored(entry)];
    });
  }

  /** What is remembered of tags that were removed. */
  tombstones(): ORSetEntry[] {
    return [...this.set.entries()].filter(({ removed }) => removed !== null);
  }

  registerRecord(contentId: string): StorageChange {
    const op = this.registers.get(contentId);
    return [REGISTER_PREFIX + contentId, op && opToWire(op)];
  }

  /** As ops that fold to the same state. */
  ops(): Op[] {
    const ops: Op[] = [];
    for (const { tag, contentId, added, removed } of this.set.entries()) {
      if (added !== null) ops.push({ kind: 'watchlist.add', contentId, tag, ...added });
      if (removed !== null)
        ops.push({ kind: 'watchlist.remove', contentId, tags: [tag], ...removed });
    }
    return [...ops, ...this.registers.values()];
  }

  /** All that the storage has to hold. */
  records(): StorageChange[] {
    const tags = Array.from(this.set.entries(), (entry): StorageChange => [
      TAG_PREFIX + entry.tag,
      tagToStored(entry),
    ]);
    return [...tags, ...Array.from(this.registers.keys(), (id) => this.registerRecord(id))];
  }

  keys(): string[] {
    const tags = Array.from(this.set.entries(), ({ tag }) => TAG_PREFIX + tag);
    return [...tags, ...Array.from(this.registers.keys(), (id) => REGISTER_PREFIX + id)];
  }
}

function tagToStored({ contentId, added, removed }: ORSetEntry): StoredTag {
  return {
    contentId,
    ...(added !== null && { added: stampToStored(added) }),
    ...(removed !== null && { removed: stampToStored(removed) }),
  };
}

function storedToTag(tag: string, { contentId, added, removed }: StoredTag): ORSetEntry {
  return { tag, contentId, added: storedToStamp(added), removed: storedToStamp(removed) };
}

function stampToStored({ timestamp, deviceId }: Stamp): StoredStamp {
  return [timestampToText(timestamp), deviceId];
}

function storedToStamp(stored: StoredStamp | undefined): Stamp | null {
  const timestamp = stored === undefined ? undefined : textToTimestamp(stored[0]);
  return stored === undefined || timestamp === undefined
    ? null
    : { timestamp, deviceId: stored[1] };
}
