import { expect, it } from 'vitest';
import { parseFlags } from './flags.ts';
import { SCENARIOS } from './scenarios.ts';

const context = { names: SCENARIOS.map(({ name }) => name), nowMs: 1_234 };

it('what makes no sense is refused', () => {
  expect(() => parseFlags(['--kills', 'many'], context)).toThrow('whole number');
  expect(() => parseFlags(['--only', 'nothing'], context)).toThrow('there is no scenario nothing');
  expect(() => parseFlags(['--fast'], context)).toThrow('fast');
});

it('a run has the seed that it is given, or one of the clock', () => {
  expect(parseFlags(['--seed', '7'], context).seed).toBe(7);
  expect(parseFlags([], context)).toMatchObject({ seed: 1_234, kills: 200, isShort: false });
});
