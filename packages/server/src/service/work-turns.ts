import { createUserLimit } from './user-limit.ts';

/**
 * Does a piece of a user's work: at once where nobody else has some, else when it is their turn.
 *
 * @param piece takes a millisecond or two at most.
 * @returns resolves when it is done, and the next one may be. @throws what the piece throws.
 */
export type WorkTurns = (userId: string, piece: () => void) => Promise<void>;

export interface WorkTurnsDeps {
  /** Monotonic, in ms. */
  readonly now: () => number;
  /** `setImmediate`, or a test's own. */
  readonly atEndOfTurn: (callback: () => void) => unknown;
}

/** Of one turn of the event loop: what others wait for, and enough for batches to fill. */
const WORK_PER_TURN_MS = 0.5;

/**
 * Users take turns at the one thread that there is, which does little for them in each turn of its loop: in between everybody
 * else is heard and answered, so that what a single write waits for does not grow with what others push. [GC9]
 */
export function createWorkTurns({ now, atEndOfTurn }: WorkTurnsDeps): WorkTurns {
  const turns = createUserLimit({ atOnceMax: 1 });
  let beganMs = 0;
  let endOfTurn: Promise<void> | undefined;

  function begin(): Promise<void> {
    beganMs = now();
    return new Promise((resolve) => {
      atEndOfTurn(() => {
        endOfTurn = undefined;
        resolve();
      });
    });
  }

  return (userId, piece) =>
    turns.run(userId, async () => {
      endOfTurn ??= begin();
      piece();
      if (now() - beganMs >= WORK_PER_TURN_MS) await endOfTurn;
    });
}
