import { expect, test } from 'vitest';
import { RATE_KEYS_MAX, RATE_WINDOW_MS } from '../limits.ts';
import { createRate } from './rate.ts';
import { createUserRates } from './user-rates.ts';

function setup(max: number) {
  const clock = { nowMs: 0 };
  const rate = createRate({ max, name: 'any', message: 'too much', now: () => clock.nowMs });
  return { rate, clock };
}

test('[SEC3] a burst of the whole limit is taken, then as much as time allows, and others have their own', () => {
  const { rate, clock } = setup(2);
  expect([rate.take('a'), rate.take('a')]).toEqual([undefined, undefined]);
  clock.nowMs = 4_000;
  expect(rate.take('a')).toMatchObject({
    code: 'rate_limited',
    limit: { name: 'any', value: 2 },
    retryAfterMs: 1_000,
  });
  expect(rate.take('b')).toBeUndefined();
  clock.nowMs = 5_000;
  expect(rate.take('a')).toBeUndefined();
  expect(rate.take('a')?.retryAfterMs).toBe(5_000);
});

test('[SEC3] whoever waits as long as it is told is taken, however often it asked meanwhile', () => {
  const { rate, clock } = setup(3);
  for (let count = 0; count < 3; count += 1) rate.take('a');
  const { retryAfterMs = 0 } = rate.take('a') ?? {};
  for (let count = 0; count < 100; count += 1) rate.take('a');
  clock.nowMs += retryAfterMs;
  expect(rate.take('a')).toBeUndefined();
});

test('[SEC3] what is larger than what is left is taken whole, and paid for with time', () => {
  const { rate, clock } = setup(100);
  expect(rate.take('a', 99)).toBeUndefined();
  expect(rate.take('a', 500)).toBeUndefined();
  rate.add('a', 1);
  expect(rate.check('a')?.retryAfterMs).toBe(50_100);
  clock.nowMs = 50_100;
  expect(rate.check('a')).toBeUndefined();
});

test('[SEC3] a limit of 0 counts nothing', () => {
  const { rate } = setup(0);
  rate.add('a', 1_000);
  for (let more = 0; more < 10; more += 1) expect(rate.take('a')).toBeUndefined();
  const rates = createUserRates(0, () => 0);
  for (let more = 0; more < 1_000; more += 1) expect(rates.hellos.take('a')).toBeUndefined();
});

test('[SEC3] remembers so many keys and no more, the newest among them', () => {
  const { rate } = setup(1);
  const keys = Array.from({ length: RATE_KEYS_MAX + 100 }, (_, key) => String(key));
  for (const key of keys) rate.take(key);
  expect(rate.check(keys.at(-1) ?? '')).toBeDefined();
  const remembered = keys.filter((key) => rate.check(key) !== undefined);
  expect(remembered.length).toBeGreaterThan(RATE_KEYS_MAX - 200);
  expect(remembered.length).toBeLessThanOrEqual(RATE_KEYS_MAX);
});

test('[SEC3] keys that are always busy do not keep idle ones from being forgotten, and lose no debt to them', () => {
  const { rate, clock } = setup(1);
  const busy = ['first', 'second', 'third'];
  for (const key of busy) rate.add(key, 2 * RATE_KEYS_MAX);
  for (let key = 0; key <= RATE_KEYS_MAX; key += 1) {
    clock.nowMs += RATE_WINDOW_MS;
    rate.take(`idle ${key}`);
  }
  expect(busy.map((key) => rate.check(key)?.code)).toEqual(busy.map(() => 'rate_limited'));
});
