import {
  OPS_PER_PUSH_MAX,
  textToTimestamp,
  type Ack,
  type ErrorMessage,
  type Op,
  type WireOpResult,
} from '@cuepoint/core';
import type { ClientEnvironment } from '../environment.ts';
import type { ReplicaStore } from '../replica/replica-store.ts';
import { noticeClockJump } from './clock-jump.ts';
import { eventOfRejection } from './entry-machine.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { seenBy } from './record-op.ts';
import { stampToSend } from './stamp-to-send.ts';
import { opsOfResult, opToSend } from './wire-ops.ts';

/** Pushes without their ack; the service takes 32 of them. */
const PUSHES_AT_ONCE_MAX = 8;
/** Of one push, in UTF-16 code units: four bytes each at most, and the service takes 1 MiB. */
const PUSH_LENGTH_MAX = 200_000;
/** A push that has no answer for this long was sent over a dead connection. */
const ANSWER_TIMEOUT_MS = 20_000;
const RETRY_DELAY_MS = 1_000;
/** New stamps that a change gets at once; then it waits before each, twice as long every time. */
const RESTAMPS_AT_ONCE = 2;
const RESTAMP_PAUSE_MAX_MS = 60_000;

export interface PumpDeps {
  readonly store: ReplicaStore;
  readonly environment: ClientEnvironment;
  readonly send: (text: string) => void;
  /** The connection has to begin anew: it is dead, or the clock jumped and has to be measured. */
  readonly onLost: () => void;
  /** Ops that the service has committed, before they are folded in. */
  readonly onAcknowledged: (ops: readonly Op[]) => void;
}

interface PushInFlight {
  readonly entries: readonly OutboxEntry[];
  readonly cancelTimer: () => void;
}

/**
 * Sends what waits in the outbox, in order, and settles it by the answers. [SDK2]
 *
 * An entry is recorded as sent before it is sent: from then on its tag and stamp stay. [SDK3]
 */
export class Pump {
  readonly #deps: PumpDeps;
  readonly #pushes = new Map<string, PushInFlight>();
  /** Changes whose stamps were refused: how often, and until when on the monotonic clock they wait. [SDK2] */
  readonly #waits = new Map<string, { readonly refusals: number; readonly untilMs: number }>();
  /** The last change that was made before this connection. */
  #lastOldId = '';
  #opsPerPushMax = OPS_PER_PUSH_MAX;
  /** Counts connections: what was recorded for one is not sent over the next. */
  #connection = 0;
  #isOpen = false;
  /** Whom the welcome named. */
  #userId: string | undefined;
  #isScheduled = false;
  #cancelHold: (() => void) | undefined;
  #cancelWake: (() => void) | undefined;
  #heldUntilMs = 0;
  #lastId = 0;
  /** Told by a probe's answer; stored when the connection ends, since it would wake the disk with each heartbeat. */
  #probedAtMs: number | undefined;

  constructor(deps: PumpDeps) {
    this.#deps = deps;
  }

  /** The welcome's last page has come. */
  open(userId: string): void {
    this.#isOpen = true;
    this.#userId = userId;
    const old = this.#deps.store.replica.entries();
    this.#lastOldId = old[old.length - 1]?.id ?? '';
    this.schedule();
  }

  /** The connection ended: what was on its way may be stored, and is sent again as it is. */
  close(): void {
    this.#isOpen = false;
    this.#connection += 1;
    this.#release();
    this.#cancelWake?.();
    const lost = [...this.#pushes.values()];
    this.#pushes.clear();
    for (const { cancelTimer, entries } of lost) {
      cancelTimer();
      this.#stepAll(entries, 'lost');
    }
    const lastSyncedAtMs = this.#probedAtMs;
    this.#probedAtMs = undefined;
    if (lastSyncedAtMs !== undefined) void this.#deps.store.commit({ meta: { lastSyncedAtMs } });
  }

  /** A message was too large, or had too much in it: if it was a push, the next are smaller. */
  sendLess(): void {
    if (this.#pushes.size === 0) return;
    this.#opsPerPushMax = Math.max(1, Math.floor(this.#opsPerPushMax / 2));
  }

  /** All changes of one turn leave together. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void Promise.resolve().then(() => {
      this.#isScheduled = false;
      if (this.#isOpen) this.#flush();
    });
  }

  /** Asks for an answer where none is due: a dead connection is found by it. */
  probe(): void {
    if (this.#isOpen && this.#pushes.size === 0) this.#send([]);
  }

  onAck({ id, results, serverTime, floor }: Ack): void {
    const push = this.#pushes.get(id);
    if (push === undefined) return;
    const settled = { fold: [] as Op[], put: [] as OutboxEntry[], drop: [] as string[] };
    const { clock, replica } = this.#deps.store;
    if (serverTime !== undefined) clock.measure(serverTime);
    const floored = floor === undefined ? undefined : textToTimestamp(floor);
    if (floored !== undefined) clock.learnFloor(floored);
    const restamp = new Map<string, OutboxEntry>();
    for (const [index, entry] of push.entries.entries()) {
      const result = results[index];
      if (result === undefined) continue;
      const next =
        result.result === 'rejected'
          ? this.#afterRejection(entry, result)
          : replica.step(entry.id, 'settled');
      // Of a repeated one the service has a version of its own, perhaps another device's: that one counts, and comes.
      const isTold = entry.isRepeated === true && result.result === 'duplicate';
      if (result.result !== 'rejected' && !isTold)
        settled.fold.push(...opsOfResult(entry.op, result));
      if (next === 'gone') settled.drop.push(entry.id);
      else if (next?.state === 'unsent') restamp.set(next.id, next);
      else if (next !== undefined) settled.put.push(next);
      if (next === 'gone' || next?.state === 'dead') this.#waits.delete(entry.id);
    }
    // Only now: an ack that cannot be read leaves its push to the end of the connection.
    this.#take(id);
    this.#deps.onAcknowledged(settled.fold);
    settled.put.push(...this.#restamped(restamp, serverTime !== undefined));
    const isLast = settled.put.length === 0 && this.#isLast(settled.drop);
    const syncedAtMs = isLast ? clock.nowMs() : undefined;
    const isProbe = push.entries.length === 0 && settled.put.length === 0;
    if (isLast) this.#probedAtMs = isProbe ? syncedAtMs : undefined;
    if (!isProbe) {
      const meta = syncedAtMs === undefined ? undefined : { lastSyncedAtMs: syncedAtMs };
      void this.#deps.store.commit({ ...settled, ...(meta && { meta }) });
    }
    if (results.length < push.entries.length) {
      // Only the service knows what became of the others.
      this.#stepAll(push.entries.slice(results.length), 'failed');
      this.#deps.onLost();
    } else this.schedule();
  }

  /** @returns false when the id is not of a push. */
  onError({ id, retryAfterMs }: ErrorMessage): boolean {
    const push = id === undefined ? undefined : this.#take(id);
    if (push === undefined) return false;
    this.#stepAll(push.entries, 'failed');
    this.#hold((retryAfterMs ?? RETRY_DELAY_MS) * (1 + this.#deps.environment.random() / 4));
    return true;
  }

  /** Sends nothing for a time, or for longer where that was asked before. */
  #hold(delayMs: number): void {
    const { environment } = this.#deps;
    const untilMs = environment.monotonic() + delayMs;
    if (this.#cancelHold !== undefined && untilMs <= this.#heldUntilMs) return;
    this.#release();
    this.#heldUntilMs = untilMs;
    this.#cancelHold = environment.setTimer(() => {
      this.#cancelHold = undefined;
      this.schedule();
    }, delayMs);
  }

  #release(): void {
    this.#cancelHold?.();
    this.#cancelHold = undefined;
  }

  #flush(): void {
    const { store } = this.#deps;
    if (noticeClockJump(store) || store.clock.offsetMs === undefined) {
      this.#deps.onLost();
      return;
    }
    // A listener that hears of what was sent may close everything.
    while (
      this.#isOpen &&
      this.#cancelHold === undefined &&
      this.#pushes.size < PUSHES_AT_ONCE_MAX
    ) {
      const batch = this.#nextBatch();
      if (batch.length === 0) {
        this.#wake();
        return;
      }
      this.#send(batch);
    }
  }

  /** Sends what waits once the first of its pauses is over. */
  #wake(): void {
    const { store, environment } = this.#deps;
    const nowMs = environment.monotonic();
    let delayMs = Infinity;
    for (const [id, { untilMs }] of this.#waits) {
      if (store.replica.entry(id) === undefined) this.#waits.delete(id);
      else if (untilMs > nowMs) delayMs = Math.min(delayMs, untilMs - nowMs);
    }
    this.#cancelWake?.();
    this.#cancelWake =
      delayMs === Infinity ? undefined : environment.setTimer(() => this.schedule(), delayMs);
  }

  #nextBatch(): OutboxEntry[] {
    const batch: OutboxEntry[] = [];
    let length = 0;
    const nowMs = this.#deps.environment.monotonic();
    for (const entry of this.#deps.store.replica.entries()) {
      if (entry.state !== 'unsent' && entry.state !== 'unanswered') continue;
      // The replica is that user's already: this holds where that has a fault. [ENG6]
      if (entry.userId !== this.#userId) continue;
      if ((this.#waits.get(entry.id)?.untilMs ?? 0) > nowMs) continue;
      length += JSON.stringify(opToSend(entry.op)).length;
      if (batch.length > 0 && (batch.length >= this.#opsPerPushMax || length > PUSH_LENGTH_MAX)) {
        break;
      }
      batch.push(entry);
    }
    return batch;
  }

  #send(batch: readonly OutboxEntry[]): void {
    const { store, environment, send, onLost } = this.#deps;
    this.#lastId += 1;
    const id = `${this.#connection}.${this.#lastId}`;
    const { clock } = store;
    const entries = batch.map((entry) => stampToSend(store, entry, 'inFlight'));
    const cancelTimer = environment.setTimer(onLost, ANSWER_TIMEOUT_MS);
    this.#pushes.set(id, { entries, cancelTimer });
    const connection = this.#connection;
    const recorded =
      entries.length === 0
        ? Promise.resolve()
        : store.commit({ put: entries, meta: { lastSent: clock.lastSent } });
    void recorded.then(() => {
      if (connection !== this.#connection || !this.#pushes.has(id)) return;
      const ops = entries.map(({ op }) => opToSend(op));
      send(JSON.stringify({ type: 'push', id, ops }));
    });
  }

  #take(id: string): PushInFlight | undefined {
    const push = this.#pushes.get(id);
    this.#pushes.delete(id);
    push?.cancelTimer();
    return push;
  }

  #stepAll(entries: readonly OutboxEntry[], event: 'lost' | 'failed'): void {
    const { store } = this.#deps;
    const put = entries
      .map(({ id }) => store.replica.step(id, event))
      .filter((next) => next !== undefined && next !== 'gone');
    if (put.length > 0) void store.commit({ put });
  }

  /** [SDK3] */
  #afterRejection(entry: OutboxEntry, { code }: WireOpResult): OutboxEntry | 'gone' | undefined {
    const { store, environment } = this.#deps;
    if (entry.isRepeated === true) {
      if (code !== 'clock_ahead') return store.replica.step(entry.id, 'settled');
      this.#wait(entry.id);
      return store.replica.step(entry.id, 'failed');
    }
    const { kind } = entry.op;
    // A copy of this device sent the same change. [ENG3]
    if (code === 'tag_reused' && isKnown(store, entry.op)) {
      return store.replica.step(entry.id, 'settled');
    }
    const isNew = entry.id > this.#lastOldId;
    const event = eventOfRejection(code ?? 'change_refused', kind, entry.sends, isNew);
    const next = store.replica.step(entry.id, event);
    if (next === undefined || next === 'gone') return next;
    if (event === 'refused') return { ...next, code: code ?? 'change_refused' };
    this.#wait(entry.id);
    const fresh = { ...next, sends: 0 };
    // The same time with the next count: its stamp is taken, and it is no later than it was.
    if (code === 'stamp_reused') return { ...fresh, seen: entry.op.timestamp };
    const seen = seenBy(store, fresh.op);
    if (code === 'clock_ahead') return { ...fresh, seen };
    const { op } = fresh;
    return {
      ...fresh,
      op:
        event === 'remint' && op.kind === 'watchlist.add' ? { ...op, tag: environment.uuid() } : op,
      seen,
      // It happened when it did, though it is said now.
      isDated: undefined,
      wallMs: store.clock.wallMs(),
      serviceMs: store.clock.measuredMs,
    };
  }

  /** Visibly pending, it tries again by itself: what keeps it out is a matter of time. [SDK2] */
  #wait(id: string): void {
    const { environment } = this.#deps;
    const refusals = (this.#waits.get(id)?.refusals ?? 0) + 1;
    const doublings = refusals - RESTAMPS_AT_ONCE - 1;
    const pauseMs =
      doublings < 0
        ? 0
        : Math.min(RETRY_DELAY_MS * 2 ** doublings, RESTAMP_PAUSE_MAX_MS) *
          (1 + environment.random() / 4);
    this.#waits.set(id, { refusals, untilMs: environment.monotonic() + pauseMs });
  }

  /** @param all whether the clock began anew, so that every stamp that was not sent has to. */
  #restamped(entriesById: ReadonlyMap<string, OutboxEntry>, all: boolean): OutboxEntry[] {
    if (entriesById.size === 0 && !all) return [];
    const { clock, replica } = this.#deps.store;
    return clock.restamp(
      replica.entries().map((entry) => entriesById.get(entry.id) ?? entry),
      ({ id, state }) => entriesById.has(id) || (all && state === 'unsent'),
    );
  }

  #isLast(dropped: readonly string[]): boolean {
    const left = new Set(dropped);
    return this.#deps.store.replica
      .entries()
      .every(({ id, state }) => state === 'dead' || left.has(id));
  }
}

function isKnown({ replica }: ReplicaStore, op: Op): boolean {
  return (
    op.kind === 'watchlist.add' && replica.acknowledged.set.get(op.tag)?.contentId === op.contentId
  );
}
