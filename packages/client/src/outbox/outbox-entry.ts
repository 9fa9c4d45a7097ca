import {
  opToWire,
  textToTimestamp,
  timestampToText,
  wireToOp,
  type ErrorCode,
  type Op,
  type Timestamp,
  type WireOp,
} from '@cuepoint/core';
import { defined } from '../defined.ts';

/**
 * Where an entry is on its way to the service.
 *
 * `unsent`: it never left, and its stamp is provisional [SDK3] · `inFlight`: it was sent over the connection
 * that is open · `unanswered`: it was sent over one that ended, or the service asked to send it again; it may be
 * stored, so it keeps its stamp and tag · `dead`: refused for good, kept until a person decides. [SDK2]
 */
export type EntryState = 'unsent' | 'inFlight' | 'unanswered' | 'dead';

/** Records of the outbox begin with it. */
export const ENTRY_PREFIX = 'o/';

/** A change of this device that the service has not acknowledged. */
export interface OutboxEntry {
  /** Sorts as the changes were made. */
  readonly id: string;
  readonly op: Op;
  /** Whom it was written for; `undefined` until somebody has said. It is never sent for another. [ENG6] */
  readonly userId: string | undefined;
  /** Whose state was on the screen when it was written, where nobody had said yet who writes. */
  readonly shownUserId: string | undefined;
  /** What the device's wall clock said when the change was made, in ms. */
  readonly wallMs: number;
  /** When it was made by the service's clock, in ms; `undefined` while nobody has measured that. */
  readonly serviceMs: number | undefined;
  /** The service's time is surely not before this, in ms; a wall clock of 1970 is seen by it. */
  readonly notBeforeMs: number;
  /** The stamp that it replaces: whatever the clocks say, the change is later. [LWW1] */
  readonly seen: Timestamp | undefined;
  /** How long before it the act was that it continues, in ms, where that has no measured time yet either. [CLM6] */
  readonly claimAgeMs?: number | undefined;
  /** Its date is that of its stamp, and moves along with it. [PLY2] */
  readonly isDated?: true | undefined;
  /** How often it left this device. */
  readonly sends: number;
  readonly state: EntryState;
  /** Of a dead one: why. */
  readonly code: ErrorCode | undefined;
  /** The service had acknowledged it, perhaps as another device's, and lost it: what it refuses now is let go of. [CUR6] */
  readonly isRepeated?: true;
}

/** As it is stored and told to other tabs. */
export interface StoredEntry {
  readonly op: WireOp;
  readonly userId?: string;
  readonly shownUserId?: string;
  readonly wallMs: number;
  readonly serviceMs?: number;
  readonly notBeforeMs: number;
  readonly seen?: string;
  readonly claimAgeMs?: number;
  readonly isDated?: true;
  readonly sends: number;
  readonly code?: ErrorCode;
  readonly isRepeated?: true;
}

/** Where a record says nothing. */
const UNKNOWN = {
  userId: undefined,
  shownUserId: undefined,
  serviceMs: undefined,
  code: undefined,
};

export function entryToStored(entry: OutboxEntry): StoredEntry {
  const { id: _, state: __, op, seen, ...kept } = entry;
  return defined({ ...kept, op: opToWire(op), seen: seen && timestampToText(seen) });
}

/** `inFlight` is of a connection, and what is read from a disk has none. */
export function storedToEntry(id: string, stored: StoredEntry): OutboxEntry {
  const { op, seen, sends, code } = stored;
  return {
    ...UNKNOWN,
    ...stored,
    id,
    op: wireToOp(op, op.deviceId ?? ''),
    seen: seen === undefined ? undefined : textToTimestamp(seen),
    state: code !== undefined ? 'dead' : sends > 0 ? 'unanswered' : 'unsent',
  };
}
