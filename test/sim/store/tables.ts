import {
  compareStamps,
  mergeEntries,
  mergePlays,
  type DeviceInfo,
  type ORSetEntry,
  type PlayEntry,
  type ProgressOp,
  type RegisterSetOp,
  type Timestamp,
} from '@cuepoint/core';
import { registerOf } from '../op-key.ts';

export interface TagRecord {
  readonly userId: string;
  readonly entry: ORSetEntry;
  readonly removedAtMs: number | undefined;
  readonly xid: number;
}

/** A write of a last-writer-wins register. [REG1] */
export type RegisterOp = ProgressOp | RegisterSetOp;

export interface RegisterRecord {
  readonly userId: string;
  readonly op: RegisterOp;
  readonly xid: number;
}

export interface PlayRecord {
  readonly userId: string;
  readonly play: PlayEntry;
  readonly xid: number;
}

export interface DeviceRecord {
  readonly userId: string;
  readonly device: DeviceInfo;
  readonly isRevoked: boolean;
}

/** What one transaction left in one row. */
export type CommittedRow =
  | {
      readonly kind: 'tag';
      readonly xid: number;
      readonly userId: string;
      readonly entry: ORSetEntry;
    }
  | {
      readonly kind: 'register';
      readonly xid: number;
      readonly userId: string;
      readonly op: RegisterOp;
    };

/** When garbage is collected, and what. */
export interface Collection {
  readonly atMs: number;
  readonly removedBeforeMs: number;
  readonly graceMs: number;
  /** The database's clock. */
  readonly nowMs: number;
}

/** What a transaction sees of the floors: as they were when its statement began. [CUR4] */
export type Floors = ReadonlyMap<string, Timestamp>;

/** The rows of every user, and what merges into them, as the SQL does it. Keys are `user key`. */
export class Tables {
  readonly tags = new Map<string, TagRecord>();
  /** Positions and the others: see `registerOf`. */
  readonly registers = new Map<string, RegisterRecord>();
  readonly plays = new Map<string, PlayRecord>();
  readonly devices = new Map<string, DeviceRecord>();
  floors: Floors = new Map();
  cursorFloor = 0;
  floorRaisedAtMs: number | undefined;
  /** Tags that were collected, ever. */
  readonly collected = new Set<string>();
  /** Every row as every transaction left it, in the order of the commits. */
  readonly log: CommittedRow[] = [];

  /** @returns whether anything was written. [LWW1] [REG1] */
  mergeRegister(userId: string, op: RegisterOp, xid: number): boolean {
    const key = `${userId} ${registerOf(op)}`;
    const stored = this.registers.get(key);
    if (stored !== undefined && compareStamps(stored.op, op) >= 0) return false;
    this.registers.set(key, { userId, op, xid });
    this.log.push({ kind: 'register', xid, userId, op });
    return true;
  }

  /** @returns whether anything was written. [PLY1] */
  mergePlay(
    userId: string,
    play: PlayEntry,
    { xid, floors }: { readonly xid: number; readonly floors: Floors },
  ): boolean {
    if (isAtFloor(play, floors.get(userId))) return false;
    const key = `${userId} ${play.tag}`;
    const stored = this.plays.get(key);
    if (stored !== undefined && !changes(stored.play, play)) return false;
    const merged = stored === undefined ? play : mergePlays(stored.play, play);
    this.plays.set(key, { userId, play: merged, xid });
    return true;
  }

  /** @returns whether anything was written. [ORS1] [ORS3] [ORS4] [SQL2] */
  mergeTag(
    userId: string,
    entry: ORSetEntry,
    {
      nowMs,
      xid,
      floors,
    }: { readonly nowMs: number; readonly xid: number; readonly floors: Floors },
  ): boolean {
    if (isAtFloor(entry, floors.get(userId))) return false;
    const key = `${userId} ${entry.tag}`;
    const stored = this.tags.get(key);
    if (stored !== undefined && !changes(stored.entry, entry)) return false;
    const merged = stored === undefined ? entry : mergeEntries(stored.entry, entry);
    const removedAtMs = stored?.removedAtMs ?? (entry.removed === null ? undefined : nowMs);
    this.tags.set(key, { userId, entry: merged, removedAtMs, xid });
    this.log.push({ kind: 'tag', xid, userId, entry: merged });
    return true;
  }

  /** The first step of garbage collection. [CUR3] @returns users whose floor counts. */
  raiseFloors({ atMs, removedBeforeMs, graceMs, nowMs }: Collection, xmin: number): number {
    const raisedAtMs = this.floorRaisedAtMs;
    if (raisedAtMs !== undefined && raisedAtMs > atMs - graceMs && raisedAtMs <= atMs) return 0;
    const stampedUntilMs = Math.min(atMs, nowMs, removedBeforeMs + graceMs);
    const due = new Map<string, { collected: Timestamp; xid: number }>();
    for (const { userId, entry, removedAtMs, xid } of this.tags.values()) {
      if (removedAtMs === undefined || removedAtMs >= removedBeforeMs || xid >= xmin) continue;
      const stamp = collectedStamp(entry);
      if (stamp.physical > stampedUntilMs) continue;
      const before = due.get(userId);
      due.set(userId, {
        collected:
          before === undefined || isLater(stamp, before.collected) ? stamp : before.collected,
        xid: Math.max(before?.xid ?? 0, xid),
      });
    }
    if (due.size === 0) return 0;
    const floors = new Map(this.floors);
    for (const [userId, { collected, xid }] of due) {
      const floor = floors.get(userId);
      if (floor === undefined || isLater(collected, floor)) floors.set(userId, collected);
      this.cursorFloor = Math.max(this.cursorFloor, xid);
    }
    this.floors = floors;
    this.floorRaisedAtMs = atMs;
    return due.size;
  }

  /** The second step, a run later. [CUR3] @returns tombstones that are gone. */
  deleteCollected({ atMs, removedBeforeMs, graceMs }: Collection, rowsMax: number): number {
    if (this.floorRaisedAtMs === undefined || this.floorRaisedAtMs > atMs - graceMs) return 0;
    let deleted = 0;
    for (const [key, { userId, entry, removedAtMs, xid }] of this.tags) {
      const floor = this.floors.get(userId);
      if (removedAtMs === undefined || removedAtMs >= removedBeforeMs) continue;
      if (floor === undefined || xid > this.cursorFloor || deleted === rowsMax) continue;
      if (isLater(collectedStamp(entry), floor)) continue;
      this.tags.delete(key);
      this.collected.add(entry.tag);
      deleted += 1;
    }
    return deleted;
  }
}

function collectedStamp({ added, removed }: ORSetEntry): Timestamp {
  const stamp = added ?? removed;
  if (stamp === null) throw new Error('a tag was added or removed');
  return stamp.timestamp;
}

function isLater(a: Timestamp, b: Timestamp): boolean {
  return a.physical === b.physical ? a.logical > b.logical : a.physical > b.physical;
}

/** Nothing at or below the collected floor is ever inserted live. [CUR4] */
function isAtFloor({ added, removed }: ORSetEntry, floor: Timestamp | undefined): boolean {
  if (added === null || removed !== null || floor === undefined) return false;
  return !isLater(added.timestamp, floor);
}

/** Whether the upsert's `where` lets this entry in. */
function changes(stored: ORSetEntry, entry: ORSetEntry): boolean {
  if (stored.added === null && entry.added !== null) return true;
  if (entry.removed === null) return false;
  return stored.removed === null || compareStamps(entry.removed, stored.removed) < 0;
}
