import { expect, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { createInFlight } from './in-flight.ts';

function observe(promise: Promise<void>): { isOver: boolean } {
  const state = { isOver: false };
  void promise.then(() => {
    state.isOver = true;
  });
  return state;
}

it('resolves at once when nothing is in flight', async () => {
  const clock = new ManualClock();
  await createInFlight(clock.setTimer).whenNone(1_000);
  expect(clock.timers).toBe(0);
});

it('[LIV5] waits for the last to end, and leaves no timer behind', async () => {
  const clock = new ManualClock();
  const inFlight = createInFlight(clock.setTimer);
  inFlight.begin();
  inFlight.begin();
  const waiting = observe(inFlight.whenNone(1_000));
  inFlight.end();
  await clock.advance(0);
  expect(waiting.isOver).toBe(false);
  inFlight.end();
  await clock.advance(0);
  expect(waiting.isOver).toBe(true);
  expect(clock.timers).toBe(0);
});

it('[LIV5] gives up after its time: a commit that hangs does not hold a stop', async () => {
  const clock = new ManualClock();
  const inFlight = createInFlight(clock.setTimer);
  inFlight.begin();
  const waiting = observe(inFlight.whenNone(1_000));
  await clock.advance(999);
  expect(waiting.isOver).toBe(false);
  await clock.advance(1);
  expect(waiting.isOver).toBe(true);
});
