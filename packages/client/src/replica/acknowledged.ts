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
import { isSame } from '../subscribable.ts';

type StoredStamp = readonly [timestamp: string, deviceId: string];
interface StoredTag {
  readonly contentId: string;
  readonly added?: StoredStamp;
  readonly removed?: StoredStamp;
}

/** A record that one state has otherwise than another, and what it is of. */
interface Difference {
  readonly record: StorageChange;
  readonly contentId: string;
  readonly isProgress: boolean;
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
    return this.set.takeUnpersisted().map(({ tag }) => this.tagRecord(tag));
  }

  /** What is remembered of tags that were removed. */
  tombstones(): ORSetEntry[] {
    return [...this.set.entries()].filter(({ removed }) => removed !== null);
  }

  tagRecord(tag: string): StorageChange {
    const entry = this.set.get(tag);
    return [TAG_PREFIX + tag, entry && tagToStored(entry)];
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
    return this.differencesFrom(new Acknowledged()).map(({ record }) => record);
  }

  get isEmpty(): boolean {
    return this.set.entryCount + this.registers.size === 0;
  }

  /** What makes this state of a former one: what is known before what is forgotten. */
  differencesFrom(before: Acknowledged): Difference[] {
    const differences: Difference[] = [];
    const addTag = ({ tag, contentId }: ORSetEntry) =>
      differences.push({ record: this.tagRecord(tag), contentId, isProgress: false });
    const addRegister = (contentId: string) =>
      differences.push({ record: this.registerRecord(contentId), contentId, isProgress: true });
    for (const entry of this.set.entries()) {
      if (!isSameEntry(before.set.get(entry.tag), entry)) addTag(entry);
    }
    for (const [contentId, op] of this.registers) {
      if (!isSameOp(before.registers.get(contentId), op)) addRegister(contentId);
    }
    for (const entry of before.set.entries()) {
      if (this.set.get(entry.tag) === undefined) addTag(entry);
    }
    for (const contentId of before.registers.keys()) {
      if (!this.registers.has(contentId)) addRegister(contentId);
    }
    return differences;
  }
}

function isSameEntry(a: ORSetEntry | undefined, b: ORSetEntry): boolean {
  return (
    a?.contentId === b.contentId &&
    isSameStamp(a.added, b.added) &&
    isSameStamp(a.removed, b.removed)
  );
}

function isSameOp(a: ProgressOp | undefined, b: ProgressOp): boolean {
  return (
    a === b || (a !== undefined && isSameStamp(a, b) && isSame({ ...b, timestamp: a.timestamp }, a))
  );
}

function isSameStamp(a: Stamp | null, b: Stamp | null): boolean {
  return a === b || (a !== null && b !== null && compareStamps(a, b) === 0);
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
