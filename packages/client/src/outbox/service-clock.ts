import {
  compareTimestamps,
  DEFAULT_MAX_DRIFT_MS,
  HybridLogicalClock,
  isAheadOfClock,
  maxTimestamp,
  nextTimestamp,
  PHYSICAL_MAX,
  ZERO_TIMESTAMP,
  type Timestamp,
} from '@cuepoint/core';
import type { ClientEnvironment } from '../environment.ts';
import { isRegisterOp, keyOf, partOf } from '../replica/op-key.ts';
import { movedClaim, withClaim } from './claims.ts';
import { withDate } from './dates.ts';
import type { OutboxEntry } from './outbox-entry.ts';

/** A wall clock that moved this much more or less than time passed was set, or its device slept. */
const JUMP_MIN_MS = 2_000;
/** Nobody sleeps longer with the app running: a clock that went on by more was set. */
const SLEEP_MAX_MS = 365 * 24 * 60 * 60_000;
/** A wall clock that shows an earlier time is wrong: 2025 began. */
const CLOCKS_SHOW_MIN_MS = Date.UTC(2025, 0, 1);

export interface ServiceClockState {
  /** The greatest timestamp that was ever sent. [LWW3] */
  readonly lastSent?: Timestamp | undefined;
  /** The time that the service told last, in ms. */
  readonly serverTimeMs?: number | undefined;
}

interface Look {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/**
 * The service's time on a device whose own clock may be wrong, and the stamps that follow from it. [SDK3]
 *
 * What the wall clock says counts by its distance to the service's clock, which each welcome measures anew. Until
 * the first welcome stamps are provisional: their order holds, their time may not.
 */
export class ServiceClock {
  readonly #environment: Pick<ClientEnvironment, 'now' | 'monotonic'>;
  #hlc: HybridLogicalClock;
  #offsetMs: number | undefined;
  /** What the offset was when the wall clock jumped: another tab may not have noticed yet. */
  #offsetBeforeJumpMs: number | undefined;
  #lastSent: Timestamp;
  #serverTimeMs: number;
  /** When it was told, on the monotonic clock; `undefined` where an earlier run of the app heard it. */
  #serverTimeAtMs: number | undefined;
  #floor: Timestamp | undefined;
  #lookedAt: Look;

  constructor(
    environment: Pick<ClientEnvironment, 'now' | 'monotonic'>,
    { lastSent = ZERO_TIMESTAMP, serverTimeMs = 0 }: ServiceClockState = {},
  ) {
    this.#environment = environment;
    this.#lastSent = lastSent;
    this.#serverTimeMs = serverTimeMs;
    this.#hlc = new HybridLogicalClock({ last: lastSent });
    this.#lookedAt = this.#readClocks();
  }

  /** Service minus device, in ms; `undefined` until it was measured, and after the wall clock jumped. */
  get offsetMs(): number | undefined {
    return this.#offsetMs;
  }

  /** The service's time is surely not before this, in ms. */
  get notBeforeMs(): number {
    // Monotonic time may stand still in a sleep, and never runs ahead.
    const passedMs =
      this.#serverTimeAtMs === undefined ? 0 : this.#environment.monotonic() - this.#serverTimeAtMs;
    return Math.floor(this.#serverTimeMs + Math.max(passedMs, 0));
  }

  /** The service's time as it was measured, in ms; `undefined` where it was not. */
  get measuredMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : this.nowMs();
  }

  /** What the service told that no stamp may be at or below; changes that are made from then on are past it. */
  get floor(): Timestamp | undefined {
    return this.#floor;
  }

  get lastSent(): Timestamp {
    return this.#lastSent;
  }

  wallMs(): number {
    return clampMs(this.#environment.now());
  }

  /** The best guess at the service's time, in ms. */
  nowMs(): number {
    return clampMs(Math.max(this.wallMs() + (this.#offsetMs ?? 0), this.notBeforeMs));
  }

  /**
   * How far the wall clock jumped since the last look, in ms; 0 when it did not. After a jump the offset is
   * unknown: a clock that was set and a device that slept look the same from here.
   */
  look(): number {
    const before = this.#lookedAt;
    const now = this.#readClocks();
    this.#lookedAt = now;
    const jumpMs = now.wallMs - before.wallMs - (now.monotonicMs - before.monotonicMs);
    if (Math.abs(jumpMs) < JUMP_MIN_MS) return 0;
    this.#offsetBeforeJumpMs = this.#offsetMs;
    this.#offsetMs = undefined;
    return jumpMs;
  }

  /**
   * What the jump says of changes that were made before it: their wall time moves with a clock that was set, so
   * that one offset fits all, and stays where the device only slept. Clocks do not sleep backwards nor for years,
   * and a clock behind a time that the service had told was wrong.
   */
  isSetBy(jumpMs: number): boolean {
    const surelyMs = Math.max(this.#serverTimeMs - DEFAULT_MAX_DRIFT_MS, CLOCKS_SHOW_MIN_MS);
    return jumpMs < 0 || jumpMs > SLEEP_MAX_MS || this.wallMs() - jumpMs < surelyMs;
  }

  /** A stamp for a change made now, past the one that it replaces. [LWW1] */
  mint(seen: Timestamp | undefined): Timestamp {
    const nowMs = this.nowMs();
    return seen === undefined ? this.#hlc.tick(nowMs) : this.#hlc.tickPast(seen, nowMs);
  }

  /** What others committed: later changes of this device come after it. [HLC2] */
  receive(timestamp: Timestamp): void {
    this.#hlc.receive(timestamp, this.nowMs());
  }

  /** Begins anew from the service's time: what a clock of 2099 minted is forgotten. */
  measure(serverTimeMs: number): void {
    // The latest counts, not the greatest: an instance with a wrong clock must not be believed for ever.
    this.#serverTimeMs = serverTimeMs;
    this.#serverTimeAtMs = this.#environment.monotonic();
    if (isAheadOfClock(this.#lastSent, serverTimeMs)) this.#lastSent = ZERO_TIMESTAMP;
    this.#begin(serverTimeMs - this.wallMs());
  }

  /** The service keeps out what was collected or erased, by a clock that may have been ahead of the one it has now. [CUR4] */
  learnFloor(floor: Timestamp): void {
    this.#floor = maxOf(this.#floor, floor);
  }

  /** Another tab of this device measured it. [SDK6] */
  follow(offsetMs: number | undefined): void {
    if (offsetMs === this.#offsetMs || offsetMs === this.#offsetBeforeJumpMs) return;
    if (offsetMs === undefined) this.#offsetMs = undefined;
    else this.#begin(offsetMs);
  }

  /**
   * Changes that were never sent, in their order, each at its wall time plus the measured offset, never later than
   * the service's time and never before what was already known of it. [SDK3] One that replaces a stamp of the future is
   * just past that one, and takes no other along. [HLC4]
   *
   * @param entries those of the outbox that may be of the same contents as well, in order.
   * @returns those that are due.
   */
  restamp(
    entries: readonly OutboxEntry[],
    isDue: (entry: OutboxEntry) => boolean = () => true,
  ): OutboxEntry[] {
    const nowMs = this.nowMs();
    const ahead = new HybridLogicalClock();
    const pastByRegister = new Map<string, Timestamp>();
    let last = this.#lastSent;
    const restamped: OutboxEntry[] = [];
    for (const entry of entries) {
      const { op, state } = entry;
      const register = isRegisterOp(op) ? `${partOf(op)}/${keyOf(op)}` : '';
      let { timestamp } = op;
      if (isDue(entry)) {
        const madeMs = entry.serviceMs ?? entry.wallMs + (this.#offsetMs ?? 0);
        const physical = Math.floor(clampMs(Math.min(Math.max(madeMs, entry.notBeforeMs), nowMs)));
        const past = maxOf(entry.seen, pastByRegister.get(register));
        if (past !== undefined && isAheadOfClock(past, nowMs)) {
          timestamp = ahead.tickPast(past, nowMs);
        } else {
          last = maxTimestamp({ physical, logical: 0 }, nextTimestamp(maxOf(past, last)));
          timestamp = last;
        }
        const stamped = withClaim({ ...op, timestamp }, movedClaim(entry, physical, past));
        restamped.push({
          ...entry,
          serviceMs: physical,
          claimAgeMs: undefined,
          op: entry.isDated ? withDate(stamped, physical) : stamped,
        });
      }
      if (register && state !== 'dead') pastByRegister.set(register, timestamp);
    }
    this.receive(last);
    return restamped;
  }

  /** Whether a change has to be stamped before it goes out: at a time that nobody measured, or used already. [LWW3] */
  isProvisional({ serviceMs, claimAgeMs, op }: OutboxEntry): boolean {
    return (
      serviceMs === undefined ||
      claimAgeMs !== undefined ||
      compareTimestamps(op.timestamp, this.#lastSent) <= 0
    );
  }

  /**
   * Tells that this stamp leaves the device, or left it: later ones are past it, but for one of the future, which is
   * past what it replaces and would take all others along. [LWW3] [HLC4]
   */
  sent(timestamp: Timestamp): void {
    if (this.#offsetMs !== undefined && isAheadOfClock(timestamp, this.nowMs())) return;
    this.#lastSent = maxTimestamp(this.#lastSent, timestamp);
  }

  #begin(offsetMs: number): void {
    this.#offsetMs = offsetMs;
    this.#offsetBeforeJumpMs = undefined;
    this.#lookedAt = this.#readClocks();
    this.#hlc = new HybridLogicalClock({ last: this.#lastSent });
  }

  #readClocks(): Look {
    return { wallMs: this.wallMs(), monotonicMs: this.#environment.monotonic() };
  }
}

export function maxOf<Other extends Timestamp | undefined>(
  a: Timestamp | undefined,
  b: Other,
): Timestamp | Other {
  return a === undefined || b === undefined ? (a ?? b) : maxTimestamp(a, b);
}

function clampMs(ms: number): number {
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), PHYSICAL_MAX) : 0;
}
