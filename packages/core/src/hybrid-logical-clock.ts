import {
  compareTimestamps,
  maxTimestamp,
  nextTimestamp,
  PHYSICAL_MAX,
  assertTimestamp,
  ZERO_TIMESTAMP,
  type Timestamp,
} from './timestamp.ts';

/** How far ahead of the receiver's wall clock a timestamp may be. [HLC4] */
export const DEFAULT_MAX_DRIFT_MS = 60_000;

/** Milliseconds past the drift bound that one clock remembers having given timestamps in. */
const GIVEN_PAST_BOUND_MAX = 1_000;

export interface HybridLogicalClockOptions {
  /** Bound on the future, in ms; the past has none. Default {@link DEFAULT_MAX_DRIFT_MS}. */
  readonly maxDriftMs?: number;
  /** Where an earlier run of this clock stopped: every tick is greater. */
  readonly last?: Timestamp;
}

/**
 * True when `timestamp` is more than `maxDriftMs` ahead of the wall clock `nowMs`. [HLC4]
 *
 * The comparison is with the wall clock, never with the clock's own last value: otherwise one fast
 * peer would raise the bound for the next. A wall clock that is NaN has everything ahead of it.
 */
export function isAheadOfClock(
  timestamp: Timestamp,
  nowMs: number,
  maxDriftMs: number = DEFAULT_MAX_DRIFT_MS,
): boolean {
  return !(timestamp.physical <= nowMs + maxDriftMs);
}

/**
 * Gives timestamps that never repeat and never go back, close to the wall clock.
 *
 * The wall clock is passed in, in ms since the epoch; it may stand still or step back. One that is not
 * finite, or past 48 bits (microseconds, say), is refused with a RangeError: following it once would
 * leave no timestamps for the rest of time.
 */
export class HybridLogicalClock {
  readonly maxDriftMs: number;
  #last: Timestamp;
  /**
   * What was given past the drift bound, ascending, the greatest of each millisecond: ticks go past each
   * once it is within the bound, or in their way. [LWW3] At most {@link GIVEN_PAST_BOUND_MAX}, the least are forgotten.
   */
  readonly #givenPastBound: Timestamp[] = [];

  constructor({
    maxDriftMs = DEFAULT_MAX_DRIFT_MS,
    last = ZERO_TIMESTAMP,
  }: HybridLogicalClockOptions = {}) {
    assertTimestamp(last);
    if (!(maxDriftMs >= 0)) throw new RangeError('maxDriftMs is at least 0');
    this.maxDriftMs = maxDriftMs;
    this.#last = last;
  }

  /** The greatest timestamp ticked or received: what has to be stored to go on after a restart. */
  get last(): Timestamp {
    return this.#last;
  }

  /** A timestamp strictly greater than every one ticked or received before. [HLC1] */
  tick(nowMs: number): Timestamp {
    const physical = toPhysical(nowMs);
    const next =
      physical > this.#last.physical ? { physical, logical: 0 } : nextTimestamp(this.#last);
    this.#last = this.#skipGiven(next, physical);
    return this.#last;
  }

  /**
   * Makes the next tick greater than `remote`. [HLC2]
   *
   * @returns false when `remote` is past the drift bound and was ignored. [HLC4]
   */
  receive(remote: Timestamp, nowMs: number): boolean {
    assertTimestamp(remote);
    if (isAheadOfClock(remote, toPhysical(nowMs), this.maxDriftMs)) return false;
    this.#last = maxTimestamp(this.#last, remote);
    return true;
  }

  /**
   * A tick that is also greater than `floor`, whatever the drift bound says of it. [LWW1]
   *
   * For a write over a register whose winner came from a clock far ahead: the newest intent wins.
   * The clock itself follows `floor` only within the bound, and still gives nothing twice. [LWW3]
   */
  tickPast(floor: Timestamp, nowMs: number): Timestamp {
    this.receive(floor, nowMs);
    if (compareTimestamps(this.#last, floor) >= 0) return this.tick(nowMs);
    const given = this.#givenPastBound;
    // The least that is free: one winner from 2099 must not lift a write over one from the next hour. [HLC4]
    let past = nextTimestamp(floor);
    let index = given.findIndex(({ physical }) => physical >= past.physical);
    for (let met = given[index]; met?.physical === past.physical; met = given[index]) {
      if (met.logical >= past.logical) past = nextTimestamp(met);
      if (met.physical === past.physical) given.splice(index, 1);
      else index += 1;
    }
    given.splice(index < 0 ? given.length : index, 0, past);
    if (given.length > GIVEN_PAST_BOUND_MAX) given.shift();
    return past;
  }

  /** The least timestamp from `next` on that no `tickPast` gave: a `last` of the future meets them too. */
  #skipGiven(next: Timestamp, nowMs: number): Timestamp {
    let free = next;
    for (;;) {
      const [least] = this.#givenPastBound;
      if (least === undefined) return free;
      if (least.physical > free.physical && isAheadOfClock(least, nowMs, this.maxDriftMs))
        return free;
      if (compareTimestamps(free, least) <= 0) free = nextTimestamp(least);
      this.#givenPastBound.shift();
    }
  }
}

function toPhysical(nowMs: number): number {
  if (!Number.isFinite(nowMs) || nowMs > PHYSICAL_MAX) {
    throw new RangeError('the wall clock gives milliseconds since the epoch, below 2^48');
  }
  return Math.max(Math.floor(nowMs), 0);
}
