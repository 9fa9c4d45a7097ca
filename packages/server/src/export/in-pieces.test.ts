import { expect, test } from 'vitest';
import { inPieces } from './in-pieces.ts';

const LINE = `${'x'.repeat(99)}\n`;

async function* lines(count: number): AsyncGenerator<string> {
  for (let index = 0; index < count; index += 1) yield LINE;
}

test.each([0, 1, 163, 164, 165, 1_000])('%d lines are all there, in their order', async (count) => {
  const pieces: string[] = [];
  for await (const piece of inPieces(lines(count))) pieces.push(piece);
  expect(pieces.join('')).toBe(LINE.repeat(count));
  expect(pieces.length).toBe(Math.ceil(count / 164));
});

test('others have a turn after each piece', async () => {
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    turns += 1;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  let pieces = 0;
  for await (const _ of inPieces(lines(10_000))) pieces += 1;
  isOver = true;
  expect(pieces).toBe(61);
  expect(turns).toBeGreaterThanOrEqual(pieces - 1);
});
