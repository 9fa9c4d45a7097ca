import { describe, expect, it } from 'vitest';
import { chunksOf, readJsonLines } from './read-json-lines.ts';

const encoder = new TextEncoder();

function streamOf(...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function readAll(...chunks: readonly Uint8Array[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of readJsonLines(chunksOf(streamOf(...chunks)))) values.push(value);
  return values;
}

describe('JSON lines', () => {
  it('are the same wherever the chunks are cut, within a character as well', async () => {
    const bytes = encoder.encode('{"title":"Amélie 🎬"}\n\n{"n":2}\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(await readAll(bytes.slice(0, cut), bytes.slice(cut))).toEqual([
        { title: 'Amélie 🎬' },
        { n: 2 },
      ]);
    }
  });

  it('leave out a last line that was torn', async () => {
    expect(await readAll(encoder.encode('1\n{"tor'))).toEqual([1]);
  });

  it('are bounded: a line without an end is refused', async () => {
    const chunk = encoder.encode('x'.repeat(600_000));
    await expect(readAll(chunk, chunk)).rejects.toThrow(RangeError);
  });

  it('cancel their source when they are left early', async () => {
    let isCancelled = false;
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode('1\n2\n')),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const value of readJsonLines(chunksOf(source))) if (value === 1) break;
    expect(isCancelled).toBe(true);
  });
});
