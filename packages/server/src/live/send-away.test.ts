import { reasonToRetryAfter } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { createRandom } from '../../../../test/support/random.ts';
import { ScriptedSession } from '../testing/scripted-session.ts';
import { RECONNECT_SPREAD_MAX_MS, RECONNECT_SPREAD_MIN_MS } from './limits.ts';
import { sendAway } from './send-away.ts';

function peersOf(count: number): ScriptedSession[] {
  return Array.from({ length: count }, (_, index) => new ScriptedSession({ id: `s${index}` }));
}

async function delaysOf(count: number): Promise<number[]> {
  const peers = peersOf(count);
  const sessions = new Set(peers.map(({ session }) => session));
  const clock = new ManualClock();
  const over = sendAway(sessions, { random: createRandom(1), setTimer: clock.setTimer });
  sessions.clear();
  await clock.advanceUntil(over, 20);
  return peers.map(({ closed }) => reasonToRetryAfter(closed?.reason ?? '') ?? -1);
}

describe('sending all sessions away', () => {
  it('[LIV5] says why, closes with 1012, and gives each a delay of its own', async () => {
    const peers = peersOf(2);
    const sessions = new Set(peers.map(({ session }) => session));
    const clock = new ManualClock();
    const randoms = [0.25, 0.75];
    const random = () => randoms.shift() ?? 0;
    const over = sendAway(sessions, { random, setTimer: clock.setTimer });
    expect(peers.map(({ closed }) => closed)).toEqual([
      { code: 1012, reason: 'retryAfterMs=250' },
      { code: 1012, reason: 'retryAfterMs=750' },
    ]);
    expect(peers[0]?.sent).toMatchObject([
      { type: 'error', code: 'shutting_down', retryAfterMs: 250 },
    ]);
    sessions.clear();
    await clock.advanceUntil(over, 20);
  });

  it('[LIV5] spreads many over as long as it takes to let them in, within bounds', async () => {
    const few = await delaysOf(100);
    expect(Math.max(...few)).toBeLessThanOrEqual(RECONNECT_SPREAD_MIN_MS);
    const many = await delaysOf(1_000);
    // 500 a second come back: half of them in the first half of 2 s.
    const early = many.filter((delayMs) => delayMs <= 1_000).length;
    expect(early).toBeGreaterThan(400);
    expect(early).toBeLessThan(600);
    expect(Math.max(...many)).toBeLessThanOrEqual(2_000);
    expect(Math.max(...many)).toBeLessThan(RECONNECT_SPREAD_MAX_MS);
  });

  it('[LIV5] ends although a peer does not answer the close: it is cut off', async () => {
    const [answers, silent] = peersOf(2) as [ScriptedSession, ScriptedSession];
    const sessions = new Set([answers.session, silent.session]);
    const clock = new ManualClock();
    let isOver = false;
    const over = sendAway(sessions, { random: () => 0, setTimer: clock.setTimer }).then(() => {
      isOver = true;
    });
    sessions.delete(answers.session);
    await clock.advance(1_900);
    expect({ isOver, isTerminated: silent.isTerminated }).toEqual({
      isOver: false,
      isTerminated: false,
    });
    await clock.advance(200);
    expect(silent.isTerminated).toBe(true);
    expect(answers.isTerminated).toBe(false);
    sessions.delete(silent.session);
    await clock.advanceUntil(over, 20);
    expect(isOver).toBe(true);
  });
});
