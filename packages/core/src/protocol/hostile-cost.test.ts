import { describe, expect, test, vi } from 'vitest';
import { CuepointError, isCuepointError } from '../errors.ts';
import { readOp } from '../read-op.ts';
import { countReads } from '../testing/read-counter.ts';
import { readUpMessage } from './read-up-message.ts';

const HELLO_START =
  '{"type":"hello","protocol":2,"token":"t","device":{"deviceId":"tv","deviceType":"TV","platform":"p","appVersion":"1"';

/** Distinct names: a parser pays most for these. */
function fieldsText(count: number): string {
  return Array.from({ length: count }, (_, index) => `"k${index}":0`).join(',');
}

/** What is read, and whether the parser saw it. */
function readWatched(text: string): { readonly read: unknown; readonly isParsed: boolean } {
  const parse = vi.spyOn(JSON, 'parse');
  try {
    const read = readUpMessage(text);
    return { read, isParsed: parse.mock.calls.length > 0 };
  } finally {
    parse.mockRestore();
  }
}

describe('a message past a bound', () => {
  test.each<[string, string, string]>([
    ['a million open lists', '['.repeat(1_000_000), 'messageDepth'],
    ['a million open objects', '{"a":'.repeat(200_000), 'messageDepth'],
    [
      'depth behind a valid start',
      `{"type":"push","id":"p","ops":[${'['.repeat(16)}`,
      'messageDepth',
    ],
    [
      '10 MB in one string',
      `{"type":"renew","token":"${'t'.repeat(10_000_000)}"}`,
      'messageLength',
    ],
    ['10 MB of nothing', ' '.repeat(10_000_000), 'messageLength'],
    ['seventy thousand fields', `{"type":"heartbeat",${fieldsText(70_000)}}`, 'messageFields'],
    ['fields in many objects', `[${'{"a":1},'.repeat(20_000)}0]`, 'messageFields'],
  ])('[SEC3] never reaches the parser: %s', (_, text, limit) => {
    expect(readWatched(text)).toMatchObject({ read: { limit: { name: limit } }, isParsed: false });
  });

  test('[SEC3] and one just within them does', () => {
    const taken = { read: { type: 'push' }, isParsed: true };
    const deep = `{"type":"push","id":"p","ops":[${'['.repeat(14)}${']'.repeat(14)}]}`;
    expect(readWatched(deep)).toMatchObject(taken);
    const wide = `{"type":"push","id":"p","ops":[${'{"a":1},'.repeat(499)}{${fieldsText(9_498)}}]}`;
    expect(readWatched(wide)).toMatchObject(taken);
  });
});

describe('the work for one message', () => {
  /** What the reader looks at after the parser: fields and items, each as often as it does. */
  function readsOf(text: string): number {
    const value: unknown = JSON.parse(text);
    let refusal: unknown;
    const reads = countReads(value, (counted) => {
      const parse = vi.spyOn(JSON, 'parse').mockReturnValue(counted);
      refusal = readUpMessage(text);
      parse.mockRestore();
    });
    expect(refusal).toBeInstanceOf(CuepointError);
    return reads;
  }

  function opsText(size: number): string {
    return `{"type":"push","id":"p","ops":[${'0,'.repeat(size)}0]}`;
  }

  const hostile: [string, (size: number) => string][] = [
    ['ops', opsText],
    ['fields', (size) => `{"type":"push","id":"p","ops":[],${fieldsText(size / 25)}}`],
    [
      'fields of a command',
      (size) =>
        `{"type":"command","id":"c","to":"t","command":{"action":"x",${fieldsText(size / 25)}}}`,
    ],
    [
      'formats',
      (size) => `${HELLO_START},"capabilities":{"hdrFormats":[${'"a",'.repeat(size)}"a"]}}}`,
    ],
    [
      'bad formats',
      (size) => `${HELLO_START},"capabilities":{"hdrFormats":[${'0,'.repeat(size)}0]}}}`,
    ],
    ['lists', (size) => `{"type":"heartbeat","a":[${'[],'.repeat(size)}0]}`],
  ];

  test.each(hostile)('[SEC3] grows no faster than its text with %s', (_, text) => {
    const [small, large] = [text(500), text(50_000)];
    // The least text for a field or an item is two characters: `0,`.
    expect(readsOf(small)).toBeLessThan(small.length);
    expect(readsOf(large)).toBeLessThan(large.length);
  });

  test('[SEC3] is the same for a push past its bound, however many ops it has', () => {
    expect(readsOf(opsText(100_000))).toBe(readsOf(opsText(1_000)));
  });

  test('[SEC3] is one small refusal for each op of a push of garbage', () => {
    const garbage = `{"kind":"progress.set","contentId":"",${fieldsText(7)}}`;
    const ops = Array<string>(500).fill(garbage).join(',');
    const message = readUpMessage(`{"type":"push","id":"p","ops":[${ops}]}`);
    if (isCuepointError(message) || message.type !== 'push') throw new Error('no push');
    for (const input of message.ops) {
      const reads = countReads(input, (counted) => {
        expect(readOp(counted, 'tv')).toMatchObject({
          code: 'invalid_content_id',
          field: 'contentId',
        });
      });
      expect(reads).toBeLessThan(100);
    }
  });
});
