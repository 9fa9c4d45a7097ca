import { setTimeout as pause } from 'node:timers/promises';
import { settle } from '../crash/check-round.ts';
import type { Ledger } from '../crash/ledger.ts';
import { SETTLE_TIMEOUT_MS } from '../crash/scenario.ts';
import type { Crowd } from './crowd.ts';

export interface FindMaximumOptions {
  readonly crowd: Crowd;
  readonly ledger: Ledger;
  /** How long a rate is asked for. */
  readonly stepMs: number;
  readonly onStep: (step: RateStep) => void;
}

export interface RateStep {
  readonly changesPerSecond: number;
  readonly acksPerSecond: number;
  readonly isHeld: boolean;
}

const FIRST_RATE = 250;
const LAST_RATE = 16_000;
const STEP_FACTOR = Math.SQRT2;
/** Less than this share of what is asked is not held. The rest is folded away before it is sent, or changes nothing. */
const HELD_SHARE = 0.85;
/** What waits at the end of a step is at most this long on its way. */
const WAITING_SECONDS_MAX = 0.5;

/** The greatest rate that service, database and this process hold together, in changes a second. */
export async function findMaximum({
  crowd,
  ledger,
  stepMs,
  onStep,
}: FindMaximumOptions): Promise<number> {
  let maximum = FIRST_RATE;
  for (let rate = FIRST_RATE; rate <= LAST_RATE; rate = Math.round(rate * STEP_FACTOR)) {
    const [ackedBefore, startedAtMs] = [ledger.acked, performance.now()];
    crowd.startLoad(rate);
    await pause(stepMs);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const acksPerSecond = (ledger.acked - ackedBefore) / seconds;
    const isHeld =
      acksPerSecond >= HELD_SHARE * rate && crowd.pending <= WAITING_SECONDS_MAX * rate;
    onStep({ changesPerSecond: rate, acksPerSecond, isHeld });
    await settle(crowd, SETTLE_TIMEOUT_MS);
    if (!isHeld) break;
    maximum = rate;
  }
  return maximum;
}
