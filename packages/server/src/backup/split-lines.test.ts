import { expect, it } from 'vitest';
import { splitLines } from './split-lines.ts';

async function* piecesOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it.each([1, 2, 3, 7, 1_000])(
  'parts at line feeds alone, wherever the pieces of %i bytes part',
  async (size) => {
    const lines = ['{"name":"a\u2028b\u2029c"}', '🎬', '', 'last \r'];
    const got: string[] = [];
    for await (const line of splitLines(piecesOf(Buffer.from(lines.join('\n')), size))) {
      got.push(line);
    }
    expect(got).toEqual(lines);
  },
);
