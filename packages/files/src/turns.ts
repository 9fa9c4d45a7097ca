import { setImmediate } from 'node:timers/promises';

/** What is done before others have a turn: some milliseconds of it. */
const STEPS_PER_TURN = 100;

/**
 * For loops over all of a file: an import runs beside people's calls, who are not to wait for the whole of it.
 *
 * @returns to be awaited at each step, which costs nothing but at every {@link STEPS_PER_TURN}th.
 */
export function createTurns(): () => Promise<void> | undefined {
  let steps = 0;
  return () => {
    steps += 1;
    return steps % STEPS_PER_TURN === 0 ? setImmediate() : undefined;
  };
}
