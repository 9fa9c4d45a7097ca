import { compareStamps, type Op } from '@cuepoint/core';
import { ENTRY_STEPS, type EntryEvent } from '../outbox/entry-machine.ts';
import {
  ENTRY_PREFIX,
  entryToStored,
  storedToEntry,
  type OutboxEntry,
  type StoredEntry,
} from '../outbox/outbox-entry.ts';
import { placeIn } from '../place-in.ts';
import type { StorageChange } from '../storage/client-storage.ts';
import { Acknowledged } from './acknowledged.ts';
import { isRegisterOp, keyOf, partOf, within } from './op-key.ts';
import {
  metaToStored,
  NO_META,
  storedToMeta,
  type ReplicaMeta,
  type StoredMeta,
} from './replica-meta.ts';

/** One step of a replica. Whoever makes it stores it and tells it to the other tabs, which apply the same. */
export interface ReplicaChange {
  /** Ops that the service has committed. */
  readonly fold?: readonly Op[];
  /** The whole acknowledged state, in the place of what there was. [SDK8] */
  readonly replace?: Acknowledged;
  /** Tags whose tombstones have done their work: their adds cannot arrive any more. [SDK8] */
  readonly collect?: readonly string[];
  /** Entries that are new, or moved on. */
  readonly put?: readonly OutboxEntry[];
  /** Ids of entries that left. */
  readonly drop?: readonly string[];
  /** By an id that left: the entry that took its place; without it the service has acknowledged them. [SDK4] */
  readonly foldedInto?: Readonly<Record<string, string>>;
  readonly meta?: Partial<ReplicaMeta>;
}

/** What may look different after a change. */
export interface Touched {
  /** By part; `undefined`: any of them. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  readonly outbox: boolean;
}

const META_KEY = 'm';
const NONE: readonly OutboxEntry[] = [];

/** What the storage has to be told of an entry that left. */
export function recordOfNone({ id }: OutboxEntry): StorageChange {
  return [ENTRY_PREFIX + id, undefined];
}

/** One user's state on one device: what the service acknowledged, and the outbox over it. [SDK8] */
export class Replica {
  #acknowledged = new Acknowledged();
  readonly #entriesById = new Map<string, OutboxEntry>();
  /** By part and key. */
  readonly #entryIds = new Map<string, Map<string, Set<string>>>();
  /** By id. In place: a week offline is thousands of entries, and each write looks at them. */
  readonly #ordered: OutboxEntry[] = [];
  #deadCount = 0;
  #meta = NO_META;

  /** A record that cannot be read is left out: one that is broken must not take the others with it. */
  static fromRecords(records: Iterable<readonly [key: string, value: unknown]>): Replica {
    const replica = new Replica();
    for (const [key, value] of records) {
      try {
        replica.#load(key, value);
      } catch {
        // What it held of the service's comes again with the next whole state.
      }
    }
    return replica;
  }

  get acknowledged(): Acknowledged {
    return this.#acknowledged;
  }

  get meta(): ReplicaMeta {
    return this.#meta;
  }

  entry(id: string): OutboxEntry | undefined {
    return this.#entriesById.get(id);
  }

  /** Dead ones included, in the order in which they were made; not to be kept past the next change. */
  entries(): readonly OutboxEntry[] {
    return this.#ordered;
  }

  get deadCount(): number {
    return this.#deadCount;
  }

  /** What waits to be acknowledged of a key, in the order in which it was made. */
  pendingOf(part: string, key: string): readonly OutboxEntry[] {
    const ids = this.#entryIds.get(part)?.get(key);
    if (ids === undefined) return NONE;
    const pending: OutboxEntry[] = [];
    for (const id of ids) {
      const entry = this.#entriesById.get(id);
      if (entry !== undefined && entry.state !== 'dead') pending.push(entry);
    }
    return pending.length < 2 ? pending : pending.sort(byId);
  }

  /** Of what something may be shown in a part. */
  keysOf(part: string): Iterable<string> {
    return [...this.#acknowledged.keysOf(part), ...this.pendingKeysOf(part)];
  }

  pendingKeysOf(part: string): Iterable<string> {
    return this.#entryIds.get(part)?.keys() ?? [];
  }

  /** The entry after an event; `undefined` when it is not there, or the event changes nothing. [SDK2] */
  step(id: string, event: EntryEvent): OutboxEntry | 'gone' | undefined {
    const entry = this.#entriesById.get(id);
    if (entry === undefined) return undefined;
    const next = ENTRY_STEPS[entry.state][event];
    if (next === 'ignored') return undefined;
    return next === 'gone' ? 'gone' : { ...entry, state: next };
  }

  apply(change: ReplicaChange): Touched {
    return this.#apply(change).touched;
  }

  /** @returns also the records that a state in the place of another has otherwise. */
  #apply({ fold = [], replace, collect = [], put = [], drop = [], meta }: ReplicaChange) {
    const keys = new Map<string, Set<string>>();
    const touchKey = (part: string, key: string) => within(keys, part, Set<string>).add(key);
    const touch = (op: Op) => touchKey(partOf(op), keyOf(op));
    const replaced: StorageChange[] = [];
    for (const { record, part, key } of replace?.differencesFrom(this.#acknowledged) ?? []) {
      replaced.push(record);
      touchKey(part, key);
    }
    if (replace !== undefined) {
      this.#acknowledged = replace;
      replace.set.takeUnpersisted();
    }
    for (const op of fold) {
      if (!this.#acknowledged.fold(op)) continue;
      touch(op);
      if (op.kind !== 'watchlist.remove') continue;
      // Whatever it says that its tags are of.
      for (const tag of op.tags) {
        touchKey('watchlist', this.#acknowledged.set.get(tag)?.contentId ?? '');
      }
    }
    for (const tag of collect) this.#acknowledged.set.collect(tag);
    for (const entry of put) {
      const before = this.#entriesById.get(entry.id);
      this.#put(entry);
      if (before === undefined || !showsTheSame(before, entry)) touch(entry.op);
    }
    for (const id of drop) {
      const dropped = this.#drop(id);
      if (dropped !== undefined) touch(dropped.op);
    }
    if (meta !== undefined) this.#meta = { ...this.#meta, ...meta };
    const outbox = put.length + drop.length > 0;
    return { touched: { keys, outbox }, replaced };
  }

  /** Applies a change that somebody else has stored. */
  applyStored(change: ReplicaChange): Touched {
    const touched = this.apply(change);
    // Not to be written again from here: by then another tab may have stored more.
    this.#acknowledged.takeChangedTags();
    return touched;
  }

  /** What waits was made by this device, whatever its id was then, and for the user whose outbox it is in. */
  claim({
    deviceId,
    userId,
  }: {
    readonly deviceId: string;
    readonly userId: string | undefined;
  }): void {
    for (const entry of this.#ordered) {
      const isClaimed = entry.op.deviceId === deviceId && (entry.userId ?? userId) === entry.userId;
      if (isClaimed) continue;
      this.#put({ ...entry, userId: entry.userId ?? userId, op: { ...entry.op, deviceId } });
    }
  }

  /**
   * Applies a change of this tab's own.
   *
   * @returns also what the storage has to be told, in an order of which each prefix is a good state: what is known
   * before what is forgotten, and the cursor after everything that it stands for.
   */
  commit(change: ReplicaChange): { readonly touched: Touched; readonly records: StorageChange[] } {
    const { touched, replaced } = this.#apply(change);
    const { fold = [], replace, collect = [], put = [], drop = [], meta } = change;
    const acknowledged = this.#acknowledged;
    const records: StorageChange[] = [
      ...replaced,
      ...acknowledged.takeChangedTags(),
      ...new Map(fold.filter(isRegisterOp).map((op) => acknowledged.registerRecord(op))),
      ...put.map(({ id }) => this.#entryRecord(id)),
      ...drop.map((id) => this.#entryRecord(id)),
      ...collect.map((tag) => acknowledged.tagRecord(tag)),
    ];
    if (replace !== undefined) {
      // Half of one state and half of another have no cursor.
      records.unshift([META_KEY, metaToStored({ ...this.#meta, cursor: undefined })]);
    }
    if (replace !== undefined || meta !== undefined) {
      records.push([META_KEY, metaToStored(this.#meta)]);
    }
    return { touched, records };
  }

  /** All that the storage has to hold, in an order as above. */
  records(): StorageChange[] {
    return [
      ...this.#acknowledged.records(),
      ...this.outboxRecords(),
      [META_KEY, metaToStored(this.#meta)],
    ];
  }

  /** @param isNobodys what was written for nobody yet, and not what is shown beside it. [ENG6] */
  outboxRecords(isNobodys = false): StorageChange[] {
    return this.#ordered
      .filter(({ userId }) => !isNobodys || userId === undefined)
      .map(({ id }) => this.#entryRecord(id));
  }

  #entryRecord(id: string): StorageChange {
    const entry = this.#entriesById.get(id);
    return [ENTRY_PREFIX + id, entry && entryToStored(entry)];
  }

  #load(key: string, value: unknown): void {
    if (key === META_KEY) this.#meta = storedToMeta(value as StoredMeta);
    else if (key.startsWith(ENTRY_PREFIX)) {
      this.#put(storedToEntry(key.slice(ENTRY_PREFIX.length), value as StoredEntry));
    } else this.#acknowledged.load(key, value);
  }

  #put(entry: OutboxEntry): void {
    const before = this.#entriesById.get(entry.id);
    this.#deadCount += Number(entry.state === 'dead') - Number(before?.state === 'dead');
    this.#entriesById.set(entry.id, entry);
    this.#ordered.splice(this.#placeOf(entry.id), before === undefined ? 0 : 1, entry);
    const idsByKey = within(this.#entryIds, partOf(entry.op), Map<string, Set<string>>);
    within(idsByKey, keyOf(entry.op), Set<string>).add(entry.id);
  }

  /** Where an entry of this id is, or belongs. */
  #placeOf(id: string): number {
    return placeIn(this.#ordered, (entry) => entry.id < id);
  }

  #drop(id: string): OutboxEntry | undefined {
    const entry = this.#entriesById.get(id);
    if (entry === undefined) return undefined;
    this.#entriesById.delete(id);
    this.#deadCount -= Number(entry.state === 'dead');
    this.#ordered.splice(this.#placeOf(id), 1);
    const idsByKey = this.#entryIds.get(partOf(entry.op));
    const ids = idsByKey?.get(keyOf(entry.op));
    ids?.delete(id);
    if (ids?.size === 0) idsByKey?.delete(keyOf(entry.op));
    return entry;
  }
}

/** Whether an entry that moved on looks as before to a reader: it was sent, say. */
function showsTheSame(a: OutboxEntry, b: OutboxEntry): boolean {
  return compareStamps(a.op, b.op) === 0 && (a.state === 'dead') === (b.state === 'dead');
}

function byId(a: OutboxEntry, b: OutboxEntry): number {
  return a.id < b.id ? -1 : 1;
}
