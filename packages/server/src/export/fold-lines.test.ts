import { expect, test } from 'vitest';
import type { DataLine } from './export-schemas.ts';
import { foldLines } from './fold-lines.ts';

const stamp = { timestamp: '000000000001-0000', deviceId: 'tv' };
const later = { timestamp: '000000000002-0000', deviceId: 'tv' };
const tag = (contentId: string, removed: typeof stamp | null = null): DataLine => ({
  type: 'watchlist',
  contentId,
  tag: `tag of ${contentId}`,
  added: stamp,
  removed,
  removedAt: null,
});
const register = (contentId: string, at = stamp): DataLine => ({
  type: 'progress',
  contentId,
  position: null,
  ...at,
  updatedAt: '1970-01-01T00:00:00.001Z',
});

test('[SQL5] a row that changed while an export was read is there once, as it was last', () => {
  const lines = [tag('a'), tag('b'), register('a'), tag('a', later), register('a', later)];
  expect(foldLines(lines)).toEqual([tag('a', later), tag('b'), register('a', later)]);
});
