import { expect, it } from 'vitest';
import { parseFlags, roundsOf } from './flags.ts';
import { SCENARIOS } from './scenarios.ts';

const context = { names: SCENARIOS.map(({ name }) => name), nowMs: 1_234 };
const totalOf = (args: readonly string[], part: string) => {
  const flags = parseFlags(args, context);
  return SCENARIOS.filter(({ what }) => what.includes(part)).reduce(
    (sum, scenario) => sum + roundsOf(scenario, flags),
    0,
  );
};

it('a full run kills the service 200 times and PostgreSQL 50 times', () => {
  expect(totalOf([], 'kill -9 of the service,')).toBe(200);
  expect(totalOf(['--kills', '20'], 'kill -9 of the service,')).toBe(20);
  expect(totalOf([], "PostgreSQL's postmaster") + totalOf([], 'one backend')).toBe(50);
});

it('a short run has a round or two of each', () => {
  const rounds = SCENARIOS.map((scenario) => roundsOf(scenario, { kills: 200, isShort: true }));
  expect(Math.max(...rounds)).toBeLessThanOrEqual(2);
});

it('what makes no sense is refused', () => {
  expect(() => parseFlags(['--kills', 'many'], context)).toThrow('whole number');
  expect(() => parseFlags(['--only', 'nothing'], context)).toThrow('there is no scenario nothing');
  expect(parseFlags([], context).seed).toBe(1_234);
});
