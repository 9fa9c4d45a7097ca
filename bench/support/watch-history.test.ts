import { expect, test } from 'vitest';
import { createHistory } from './watch-history.ts';

const SIZE = { items: 20, registers: 30, changes: 100 };

test('a history tells what is left of its changes', () => {
  const { start, changes, listed, registers } = createHistory(SIZE);
  const titles = new Set<string>();
  const watched = new Set<string>();
  const unknown: string[] = [];
  for (const { kind, contentId } of [...start, ...changes]) {
    if (kind === 'progress') watched.add(contentId);
    else if (kind === 'add') titles.add(contentId);
    else if (!titles.delete(contentId)) unknown.push(contentId);
  }
  expect(unknown).toEqual([]);
  expect({ listed, registers }).toEqual({ listed: titles.size, registers: watched.size });
});

test('of ten changes six are progress, three add and one removes', () => {
  const { changes } = createHistory(SIZE);
  const count = (kind: string) => changes.filter((change) => change.kind === kind).length;
  expect([count('progress'), count('add'), count('remove')]).toEqual([60, 30, 10]);
});

test('a report differs from the one before of its title', () => {
  const { start, changes } = createHistory(SIZE);
  const last = new Map<string, string>();
  for (const change of [...start, ...changes]) {
    if (change.kind !== 'progress') continue;
    const text = JSON.stringify(change);
    expect(last.get(change.contentId)).not.toBe(text);
    last.set(change.contentId, text);
  }
});
