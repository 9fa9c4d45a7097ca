import { expect, test } from 'vitest';
import { createWorkTurns } from './work-turns.ts';

/** Turns that end when the test says so, and a clock that each piece moves. */
function setup() {
  let nowMs = 0;
  let ends: (() => void)[] = [];
  const inTurn = createWorkTurns({ now: () => nowMs, atEndOfTurn: (end) => ends.push(end) });
  const done: string[] = [];
  const ask = (userId: string, tookMs = 0.1) =>
    inTurn(userId, () => {
      nowMs += tookMs;
      done.push(userId);
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const endTurn = async () => {
    const ended = ends;
    ends = [];
    for (const end of ended) end();
    await settle();
  };
  return { inTurn, ask, done, endTurn, settle };
}

test('[GC9] the first piece is done at once', () => {
  const { ask, done } = setup();
  void ask('quiet');
  expect(done).toEqual(['quiet']);
});

test('[GC9] a turn of the event loop ends with the piece by which half a millisecond is over', async () => {
  const { ask, done, endTurn, settle } = setup();
  for (let piece = 0; piece < 12; piece += 1) void ask('flood', 0.2);
  await settle();
  expect(done.length).toBe(3);
  await endTurn();
  expect(done.length).toBe(6);
  for (let turn = 0; turn < 2; turn += 1) await endTurn();
  expect(done.length).toBe(12);
});

test('[GC9] who comes behind nine floods waits for one piece of each of them', async () => {
  const { ask, done, endTurn, settle } = setup();
  for (let piece = 0; piece < 900; piece += 1) void ask(`flood ${piece % 9}`, 1);
  await settle();
  void ask('quiet', 1);
  for (let turn = 0; turn < 10; turn += 1) await endTurn();
  expect(done).toContain('quiet');
});

test('[GC9] a piece that throws gives its turn on', async () => {
  const { inTurn, ask, done } = setup();
  const failed = inTurn('a', () => {
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  await ask('a');
  expect(done).toEqual(['a']);
});
