import {
  CHANGES_FRAME_BYTES,
  changesText,
  opsText,
  PULL_TEXT,
  type EventText,
} from './event-text.ts';
import type { FeedEvent } from './feed.ts';

/** Bounds of what waits for the broker. */
export interface OutgoingLimits {
  /** Past either bound a user's events fold into one `pull`. */
  readonly eventsMax: number;
  readonly bytesMax: number;
  /** Past this many users everything folds into one gap. */
  readonly usersMax: number;
  /** Bytes of one batch, unless a single user has more. */
  readonly batchBytesMax: number;
}

export const OUTGOING_LIMITS: OutgoingLimits = {
  eventsMax: 50_000,
  bytesMax: 8 * 1_024 * 1_024,
  usersMax: 10_000,
  batchBytesMax: 256 * 1_024,
};

/** What leaves for one user in one batch, in the order in which it was published. */
export interface OutgoingUser {
  readonly userId: string;
  readonly texts: readonly EventText[];
  /** Whether a pull has to make up for it if it is lost. */
  readonly isHealedByPull: boolean;
}

export interface OutgoingBatch {
  readonly users: readonly OutgoingUser[];
  /** Events of any user were dropped. */
  readonly hasGap: boolean;
  readonly events: number;
}

interface Entry extends OutgoingUser {
  texts: EventText[];
  isHealedByPull: boolean;
  isFolded: boolean;
  /** Of a `changes` event that more can join; it comes after the texts. */
  ops: string;
  opsBytes: number;
  events: number;
  bytes: number;
}

/** Nothing is left of these to read: they are for now or never. */
const EPHEMERAL: ReadonlySet<FeedEvent['kind']> = new Set([
  'session',
  'command',
  'commandTaken',
  'commandResult',
]);

/** A user id, and what stands between it, its event and the next one. */
export const LINE_FRAME_BYTES = 38;

/**
 * Events between `publish` and the broker: bounded, since the broker may be slower or away. [LIV2]
 *
 * Within the bounds each event is kept, and neighbouring `changes` of a user become one. Past them, and
 * for all that is published while the broker is lost, what a pull can heal folds into one `pull` a user,
 * and what it cannot is dropped; past `usersMax` users one gap stands for everything.
 */
export class OutgoingEvents {
  readonly #limits: OutgoingLimits;
  readonly #onFolded: (events: number) => void;
  readonly #entriesByUserId = new Map<string, Entry>();
  #events = 0;
  #bytes = 0;
  #hasGap = false;
  #isLost = true;
  #eventBytesMax = 0;

  constructor(limits: OutgoingLimits, onFolded: (events: number) => void) {
    this.#limits = limits;
    this.#onFolded = onFolded;
  }

  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#entriesByUserId.size === 0 && !this.#hasGap;
  }

  /** @param eventBytesMax the broker takes no larger event, in bytes of its text. */
  connected(eventBytesMax: number): void {
    this.#isLost = false;
    this.#eventBytesMax = eventBytesMax;
  }

  /** From here on everything folds, also what waits already. */
  lost(): void {
    this.#isLost = true;
    for (const entry of this.#entriesByUserId.values()) this.#foldEntry(entry);
  }

  add(userId: string, event: FeedEvent): void {
    if (this.#isLost || this.#hasGap || this.#events >= this.#limits.eventsMax) {
      this.#drop(userId, event);
    } else if (event.kind === 'changes') {
      this.#addChanges(userId, event);
    } else {
      this.#addOther(userId, event);
    }
  }

  /** What was sent and may not have arrived: it is not sent again, pulls make up for it. */
  putBack({ users, hasGap }: OutgoingBatch): void {
    if (hasGap) this.#foldAll();
    for (const { userId, isHealedByPull } of users) if (isHealedByPull) this.#fold(userId);
  }

  /** The oldest that fit in a batch. */
  take(): OutgoingBatch {
    const users: OutgoingUser[] = [];
    const hasGap = this.#hasGap;
    this.#hasGap = false;
    let events = 0;
    let bytes = 0;
    for (const entry of this.#entriesByUserId.values()) {
      if (users.length > 0 && bytes + entry.bytes > this.#limits.batchBytesMax) break;
      this.#entriesByUserId.delete(entry.userId);
      seal(entry);
      users.push(entry);
      events += entry.events;
      bytes += entry.bytes;
    }
    this.#events -= events;
    this.#bytes -= bytes;
    return { users, hasGap, events };
  }

  #addChanges(userId: string, event: FeedEvent & { readonly kind: 'changes' }): void {
    const ops = opsText(event.ops);
    const opsBytes = Buffer.byteLength(ops);
    if (opsBytes + CHANGES_FRAME_BYTES > this.#eventBytesMax) {
      this.#addPullInstead(userId);
      return;
    }
    if (this.#bytes + opsBytes > this.#limits.bytesMax) {
      this.#drop(userId, event);
      return;
    }
    const entry = this.#entryOf(userId);
    if (entry === undefined || entry.isFolded) {
      this.#onFolded(1);
      return;
    }
    entry.isHealedByPull = true;
    const joinedBytes = entry.opsBytes + 1 + opsBytes;
    if (entry.opsBytes > 0 && joinedBytes + CHANGES_FRAME_BYTES <= this.#eventBytesMax) {
      entry.ops += `,${ops}`;
      entry.opsBytes = joinedBytes;
      this.#count(entry, 1, 1 + opsBytes);
    } else {
      seal(entry);
      entry.ops = ops;
      entry.opsBytes = opsBytes;
      this.#count(entry, 1, LINE_FRAME_BYTES + CHANGES_FRAME_BYTES + opsBytes);
    }
  }

  #addOther(userId: string, event: FeedEvent): void {
    const text = JSON.stringify(event);
    const textBytes = Buffer.byteLength(text);
    const isHealedByPull = !EPHEMERAL.has(event.kind);
    if (textBytes > this.#eventBytesMax) {
      if (isHealedByPull) this.#addPullInstead(userId);
      else this.#onFolded(1);
      return;
    }
    if (this.#bytes + textBytes > this.#limits.bytesMax) {
      this.#drop(userId, event);
      return;
    }
    const entry = this.#entryOf(userId);
    if (entry === undefined || (entry.isFolded && isHealedByPull)) this.#onFolded(1);
    else this.#append(entry, text, textBytes, isHealedByPull);
  }

  /** Of an event that is too large by itself; those around it stay. */
  #addPullInstead(userId: string): void {
    this.#onFolded(1);
    const entry = this.#entryOf(userId);
    if (entry === undefined || entry.isFolded) return;
    this.#append(entry, PULL_TEXT, PULL_TEXT.length, true);
  }

  #append(entry: Entry, text: EventText, textBytes: number, isHealedByPull: boolean): void {
    entry.isHealedByPull ||= isHealedByPull;
    seal(entry);
    entry.texts.push(text);
    this.#count(entry, 1, LINE_FRAME_BYTES + textBytes);
  }

  #drop(userId: string, event: FeedEvent): void {
    this.#onFolded(1);
    if (!EPHEMERAL.has(event.kind)) this.#fold(userId);
  }

  #fold(userId: string): void {
    const entry = this.#entryOf(userId);
    if (entry === undefined) return;
    entry.isHealedByPull = true;
    this.#foldEntry(entry);
  }

  #foldEntry(entry: Entry): void {
    if (entry.isFolded) return;
    if (entry.events > 0) this.#onFolded(entry.events);
    this.#count(entry, -entry.events, -entry.bytes);
    if (!entry.isHealedByPull) {
      this.#entriesByUserId.delete(entry.userId);
      return;
    }
    entry.isFolded = true;
    entry.texts = [PULL_TEXT];
    entry.ops = '';
    entry.opsBytes = 0;
    this.#count(entry, 1, LINE_FRAME_BYTES + PULL_TEXT.length);
  }

  #foldAll(): void {
    if (this.#events > 0) this.#onFolded(this.#events);
    this.#entriesByUserId.clear();
    this.#events = 0;
    this.#bytes = 0;
    this.#hasGap = true;
  }

  /** Undefined where a gap stands for every user. */
  #entryOf(userId: string): Entry | undefined {
    if (this.#hasGap) return undefined;
    let entry = this.#entriesByUserId.get(userId);
    if (entry !== undefined) return entry;
    if (this.#entriesByUserId.size >= this.#limits.usersMax) {
      this.#foldAll();
      return undefined;
    }
    entry = {
      userId,
      texts: [],
      isHealedByPull: false,
      isFolded: false,
      ops: '',
      opsBytes: 0,
      events: 0,
      bytes: 0,
    };
    this.#entriesByUserId.set(userId, entry);
    return entry;
  }

  #count(entry: Entry, events: number, bytes: number): void {
    entry.events += events;
    entry.bytes += bytes;
    this.#events += events;
    this.#bytes += bytes;
  }
}

/** Ends the `changes` event that more could join. */
function seal(entry: Entry): void {
  if (entry.opsBytes === 0) return;
  entry.texts.push(changesText(entry.ops));
  entry.ops = '';
  entry.opsBytes = 0;
}
