import { describe, expect, it } from 'vitest';
import {
  CURSOR_TEXT_MAX,
  cursorToText,
  pageToText,
  textToCursor,
  textToPage,
  type Cursor,
} from './cursor.ts';

const XMIN = 1_000_000_000;

function cursorWith(open: number): Cursor {
  const ids = Array.from({ length: open }, (_, index) => XMIN + 3 * index);
  return {
    catchUp: 'xid',
    seen: `${XMIN}:${XMIN + 3 * open + 1}:${ids.join(',')}`,
    systemIdentifier: '7447049401555000000',
    timeline: '0000000A',
    incarnation: '6f1c1f4e-52a3-4c8e-9d3c-0d1f2a3b4c5d',
    recoveredAtUs: '1790000000000000',
  };
}

const LEAST = `${XMIN}:${XMIN}:`;

it('[CUR1] a text of the greatest length fits in a URL of 4 KB', () => {
  const url = `/api/v1/sync?limit=5000&page=${'x'.repeat(CURSOR_TEXT_MAX)}`;
  expect(`https://${'h'.repeat(60)}${url}`.length).toBeLessThan(4_096);
});

describe('a cursor while many transactions are in progress', () => {
  it.each([0, 1, 100, 1_500, 2_500, 50_000])(
    '[CUR1] stays below its bound with %i of them, and misses nothing',
    (open) => {
      const cursor = cursorWith(open);
      const text = cursorToText(cursor);
      expect(text.length).toBeLessThanOrEqual(CURSOR_TEXT_MAX);
      const seen = open <= 100 ? cursor.seen : LEAST;
      expect(textToCursor(text)).toEqual({ ...cursor, seen });
    },
  );

  it.each([0, 100, 150, 1_500, 50_000])(
    '[CUR1] so does the text of a page, with the longest key',
    (open) => {
      const base = cursorWith(open);
      const key = 'é'.repeat(255);
      const page = { base, since: cursorWith(open + 1), kind: 3, at: '9223372036854775807', key };
      const text = pageToText(page);
      expect(text.length).toBeLessThanOrEqual(CURSOR_TEXT_MAX);
      const read = textToPage(text);
      expect(read).toMatchObject({ kind: 3, at: page.at, key });
      expect([base.seen, LEAST]).toContain(read.base.seen);
      expect([page.since.seen, LEAST]).toContain(read.since?.seen);
      expect(textToPage(pageToText({ ...page, since: null, kind: 1, at: null })).since).toBeNull();
    },
  );
});
