import { expect, test } from 'vitest';
import { setPlatformTimer } from './timers.ts';

/** Timers that keep the process alive. */
function timersThatHold(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

test('[GC6] a wait with changes queued keeps the process alive, a look around does not', () => {
  const before = timersThatHold();
  const cancelLook = setPlatformTimer(() => undefined, 60_000, { keepsAlive: false });
  expect(timersThatHold()).toBe(before);
  const cancelWait = setPlatformTimer(() => undefined, 60_000);
  expect(timersThatHold()).toBe(before + 1);
  cancelLook();
  cancelWait();
  expect(timersThatHold()).toBe(before);
});
