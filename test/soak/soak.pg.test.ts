import { expect, test } from 'vitest';
import { createRandom } from '../support/random.ts';
import { plotsOf } from './report.ts';
import { runSoak } from './run-soak.ts';

// The short form of `npm run soak`: the same load, faults, checks and collection, too short to judge what is flat.
test('under load, with faults and garbage collection, nothing is lost and all devices agree', async () => {
  const lines: string[] = [];
  const report = await runSoak({
    durationMs: 16_000,
    users: 5,
    changesPerSecond: 100,
    sampleEveryMs: 1_000,
    faultEveryMs: 4_000,
    checkEveryMs: 8_000,
    idleMs: 1_000,
    retentionMs: 2_000,
    random: createRandom(7),
    say: (line) => lines.push(line),
  });
  expect(report.checks).toBeGreaterThanOrEqual(3);
  expect(report.faults.length).toBeGreaterThan(0);
  expect(report.collected).toBeGreaterThan(0);
  expect(report.acked).toBeGreaterThan(600);
  expect(report.samples.length).toBeGreaterThan(0);
  expect(report.samples.every(({ residentBytes }) => residentBytes > 0)).toBe(true);
  expect(
    plotsOf(report).every(({ series }) => series.every(({ points }) => points.length > 0)),
  ).toBe(true);
  expect(lines.join('\n')).toContain('nothing lost');
}, 900_000);
