import {
  compareStamps,
  ORSet,
  opToWire,
  textToTimestamp,
  timestampToText,
  wireToOp,
  type Op,
  type ORSetEntry,
  type Stamp,
  type WireOp,
} from '@cuepoint/core';
import type { StorageChange } from '../storage/client-storage.ts';
import { KeptRegisters } from './kept-registers.ts';
import { isRegisterOp, keyOf, partOf, type Keyed, type RegisterOp } from './op-key.ts';

type StoredStamp = readonly [timestamp: string, deviceId: string];
interface StoredTag {
  readonly contentId: string;
  readonly added?: StoredStamp;
  readonly removed?: StoredStamp;
}

/** A record that one state has otherwise than another, and what it is of. */
interface Difference {
  readonly record: StorageChange;
  readonly part: string;
  readonly key: string;
}

const TAG_PREFIX = 't/';
const REGISTER_PREFIX = 'p/';

/** What the service holds of a user, as far as this device was told: the fold of committed ops. [SDK8] */
export class Acknowledged {
  readonly set = new ORSet();
  readonly #registers = new KeptRegisters();

  /** @returns whether anything changed. */
  fold(op: Op): boolean {
    // A person has a few devices, and each message brings their ids anew.
    const stamp = { timestamp: op.timestamp, deviceId: this.#registers.sameText(op.deviceId) };
    if (op.kind === 'watchlist.add') {
      return this.set.add(op.contentId, op.tag, stamp) === 'applied';
    }
    if (op.kind === 'watchlist.remove') {
      return this.set.remove(op.contentId, op.tags, stamp) === 'applied';
    }
    // What was played is history, which no device holds.
    if (!isRegisterOp(op)) return false;
    const stored = this.registerOf(op);
    if (stored !== undefined && compareStamps(stored, op) >= 0) return false;
    this.#registers.put(op as RegisterOp);
    return true;
  }

  /** What counts of a register, a clear included. */
  register(part: string, key: string): RegisterOp | undefined {
    return this.#registers.get(part, key);
  }

  /** What counts of the one that an op is of. */
  registerOf(op: Keyed): RegisterOp | undefined {
    return this.register(partOf(op), keyOf(op));
  }

  /** Of what something is known in a part, though it may be that it was removed. */
  keysOf(part: string): Iterable<string> {
    return part === 'watchlist' ? this.set.contentIds() : this.#registers.keysOf(part);
  }

  /** @returns false for a record that is not of this part of the replica. */
  load(key: string, value: unknown): boolean {
    if (key.startsWith(TAG_PREFIX)) {
      const entry = this.#storedToTag(key.slice(TAG_PREFIX.length), value as StoredTag);
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

  registerRecord(op: Op): StorageChange {
    const now = this.registerOf(op);
    return [`${REGISTER_PREFIX}${partOf(op)}/${keyOf(op)}`, now && opToWire(now)];
  }

  /** As ops that fold to the same state. */
  ops(): Op[] {
    const ops: Op[] = [];
    for (const { tag, contentId, added, removed } of this.set.entries()) {
      if (added !== null) ops.push({ kind: 'watchlist.add', contentId, tag, ...added });
      if (removed !== null)
        ops.push({ kind: 'watchlist.remove', contentId, tags: [tag], ...removed });
    }
    return [...ops, ...this.#registers.ops()];
  }

  /** All that the storage has to hold. */
  records(): StorageChange[] {
    return this.differencesFrom(new Acknowledged()).map(({ record }) => record);
  }

  get isEmpty(): boolean {
    return this.set.entryCount + this.#registers.size === 0;
  }

  /** What makes this state of a former one: what is known before what is forgotten. */
  differencesFrom(before: Acknowledged): Difference[] {
    const differences: Difference[] = [];
    const add = (record: StorageChange, part: string, key: string) =>
      differences.push({ record, part, key });
    const addTag = ({ tag, contentId }: ORSetEntry) =>
      add(this.tagRecord(tag), 'watchlist', contentId);
    const addRegister = (op: RegisterOp) => add(this.registerRecord(op), partOf(op), keyOf(op));
    for (const entry of this.set.entries()) {
      if (!isSameEntry(before.set.get(entry.tag), entry)) addTag(entry);
    }
    for (const op of this.#registers.ops()) {
      // A stamp is of one write. [LWW3]
      if (!isSameStamp(before.registerOf(op) ?? null, op)) addRegister(op);
    }
    for (const entry of before.set.entries()) {
      if (this.set.get(entry.tag) === undefined) addTag(entry);
    }
    for (const op of before.#registers.ops()) {
      if (this.registerOf(op) === undefined) addRegister(op);
    }
    return differences;
  }

  #storedToTag(tag: string, { contentId, added, removed }: StoredTag): ORSetEntry {
    const toStamp = (stored: StoredStamp | undefined): Stamp | null => {
      const timestamp = stored && textToTimestamp(stored[0]);
      return stored && timestamp
        ? { timestamp, deviceId: this.#registers.sameText(stored[1]) }
        : null;
    };
    return { tag, contentId, added: toStamp(added), removed: toStamp(removed) };
  }
}

function isSameEntry(a: ORSetEntry | undefined, b: ORSetEntry): boolean {
  return (
    a?.contentId === b.contentId &&
    isSameStamp(a.added, b.added) &&
    isSameStamp(a.removed, b.removed)
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

function stampToStored({ timestamp, deviceId }: Stamp): StoredStamp {
  return [timestampToText(timestamp), deviceId];
}
