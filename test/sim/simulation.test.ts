import { describe, expect, test, vi } from 'vitest';
import { describeFailure } from './describe-failure.ts';
import { NAMED_SEEDS } from './named-seeds.ts';
import { run, type RunRequest } from './run.ts';
import { shrink } from './shrink.ts';

const FIXED_SEEDS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89];
/** Fresh seeds are tried for so long. */
const FRESH_FOR_MS = 3_000;
const SHRINK_RUNS_MAX = 150;

async function expectKept(request: RunRequest): Promise<void> {
  const report = await run(request);
  if (report.violation === undefined) return;
  const { seed } = request;
  const shortest = await shrink({ seed, failed: report, runsMax: SHRINK_RUNS_MAX });
  expect.fail(describeFailure(seed, shortest));
}

describe('simulated devices and services', () => {
  test.each(NAMED_SEEDS)('keep every promise: $why', async (request) => {
    await expectKept(request);
  });

  test.each(FIXED_SEEDS)('keep every promise with seed %i', async (seed) => {
    await expectKept({ seed });
  });

  test('keep every promise with seeds that nobody has tried', async () => {
    const untilMs = performance.now() + FRESH_FOR_MS;
    // A failure prints its seed.
    for (let seed = Date.now() % 1_000_000_000; performance.now() < untilMs; seed += 1) {
      await expectKept({ seed });
    }
  });
});

describe('a run', () => {
  test('is the same to the letter for the same seed, and another for another', async () => {
    const [once, again, other] = [
      await run({ seed: 7 }),
      await run({ seed: 7 }),
      await run({ seed: 9 }),
    ];
    expect(once.trace.length).toBeGreaterThan(100);
    expect(again.trace).toEqual(once.trace);
    expect(other.trace).not.toEqual(once.trace);
  });

  test('asks neither the clock nor the chance of the platform', async () => {
    const calls: string[] = [];
    const ours = /(packages|test)\/[^\n]*\.ts/;
    const watch = <Result>(name: string, real: (...args: never[]) => Result) =>
      ((...args: never[]) => {
        const [, , , caller = ''] = (new Error('who asks').stack ?? '').split('\n');
        if (ours.test(caller) && !caller.includes('node_modules')) calls.push(`${name} ${caller}`);
        return real(...args);
      }) as never;
    const spies = [
      vi.spyOn(Math, 'random').mockImplementation(watch('Math.random', Math.random)),
      vi.spyOn(Date, 'now').mockImplementation(watch('Date.now', Date.now)),
      vi
        .spyOn(performance, 'now')
        .mockImplementation(watch('performance.now', performance.now.bind(performance))),
      vi
        .spyOn(crypto, 'getRandomValues')
        .mockImplementation(watch('crypto', crypto.getRandomValues.bind(crypto))),
      vi
        .spyOn(crypto, 'randomUUID')
        .mockImplementation(watch('randomUUID', crypto.randomUUID.bind(crypto))),
      vi.spyOn(globalThis, 'setTimeout').mockImplementation(watch('setTimeout', setTimeout)),
    ];
    try {
      await run({ seed: 11 });
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(calls).toEqual([]);
  });
});
