import { expect, test } from 'vitest';
import { parseFlags } from './flags.ts';

test('a smoke run keeps its results apart and installs no peer', () => {
  const { resultsFolder, isSmoke, scale } = parseFlags(['--smoke']);
  expect({ resultsFolder, isSmoke, hasPeer: scale.live.hasPeer }).toEqual({
    resultsFolder: 'bench-smoke',
    isSmoke: true,
    hasPeer: false,
  });
});

test('the figures of a smoke run do not go to the documentation', () => {
  expect(() => parseFlags(['--smoke', '--docs'])).toThrow('--docs');
});

test('plots are drawn again without measuring', () => {
  expect(parseFlags(['--plots-only', '--docs'])).toMatchObject({
    isPlotsOnly: true,
    isForDocs: true,
    resultsFolder: 'bench',
  });
});

test('a count that is none is refused by its name', () => {
  expect(() => parseFlags(['--rounds', 'many'])).toThrow('--rounds takes a number above 0');
});
