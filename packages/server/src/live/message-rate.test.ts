import { expect, test } from 'vitest';
import { createMessageRate } from './message-rate.ts';

test('[SEC3] a user has a number of messages in a window, whatever sockets come and go, and others have their own', () => {
  let nowMs = 0;
  const rate = createMessageRate({ messagesMax: 2, name: 'any', now: () => nowMs });
  expect([rate.count('a'), rate.count('a')]).toEqual([undefined, undefined]);
  nowMs = 4_000;
  const excess = rate.count('a');
  expect(excess?.error).toMatchObject({
    code: 'rate_limited',
    limit: { name: 'any', value: 2 },
    retryAfterMs: 6_000,
  });
  expect(excess?.isFlood).toBe(false);
  for (let more = 0; more < 3; more += 1) rate.count('a');
  expect(rate.count('a')?.isFlood).toBe(true);
  expect(rate.count('b')).toBeUndefined();
  nowMs = 10_000;
  expect(rate.count('a')).toBeUndefined();
});

test('[SEC3] a limit of 0 counts nothing', () => {
  const rate = createMessageRate({ messagesMax: 0, name: 'any', now: () => 0 });
  for (let more = 0; more < 10; more += 1) expect(rate.count('a')).toBeUndefined();
});
