import { once } from 'node:events';
import { expect, it } from 'vitest';
import { LineStream } from './line-stream.ts';

const setup = (lengthMax: number) => new LineStream(lengthMax, (count) => `dropped ${count}`);

async function read(stream: LineStream): Promise<string> {
  for (;;) {
    const text: unknown = stream.read();
    if (typeof text === 'string') return text;
    await once(stream, 'readable');
  }
}

it('gives a waiting reader a line at once, and one who comes late all of them', async () => {
  const stream = setup(10);
  const first = read(stream);
  stream.add('a');
  expect(await first).toBe('a\n');
  stream.add('b');
  stream.add('c');
  expect(await read(stream)).toBe('b\nc\n');
});

it('[SEC3] is bounded, and says how many lines it dropped where they are missing', async () => {
  const stream = setup(2);
  for (const line of ['a', 'b', 'c', 'd']) stream.add(line);
  expect(await read(stream)).toBe('a\nb\ndropped 2\n');
  stream.add('e');
  expect(await read(stream)).toBe('e\n');
});

it('[SEC3] holds no more than the bound and what the stream buffers, for a reader who never comes', () => {
  const stream = setup(100_000);
  for (let count = 0; count < 10_000; count += 1) stream.add('x'.repeat(1_000));
  expect(stream.readableLength).toBeLessThan(50_000);
  expect(stream.heldLength).toBeLessThanOrEqual(100_000);
  stream.destroy();
});

it('ends after what was added before its end, and takes nothing after it', async () => {
  const stream = setup(10);
  stream.add('a');
  stream.finish();
  stream.add('b');
  const texts: unknown[] = [];
  for await (const text of stream) texts.push(text);
  expect(texts.join('')).toBe('a\n');
});

it('closes at once when its reader goes, though nothing was ever added', async () => {
  const stream = setup(10);
  stream.resume();
  stream.destroy();
  await once(stream, 'close');
  stream.add('a');
  stream.finish();
  expect(stream.closed).toBe(true);
});
