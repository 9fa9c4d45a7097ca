import { expect, test } from 'vitest';
import { readSql } from './sql-files.ts';

/** What a statement does on a conflict, as one line. */
function mergeOf(name: string): string {
  const merge = /on conflict (?<merge>[\s\S]+?)\s+returning/.exec(readSql(name, 'public'))
    ?.groups?.['merge'];
  return (merge ?? '').replaceAll(/\s+/g, ' ');
}

test('[SQL1] a batch and a batch of one merge alike', () => {
  expect(mergeOf('upsert-progress')).toContain('excluded.device_id collate "C"');
  expect(mergeOf('upsert-progress-one')).toBe(mergeOf('upsert-progress'));
});

test('[SQL1] a timer’s report merges alike, over its own device only', () => {
  const condition = 't.device_id = excluded.device_id and ';
  expect(mergeOf('upsert-progress-passive')).toContain(condition);
  expect(mergeOf('upsert-progress-passive').replace(condition, '')).toBe(
    mergeOf('upsert-progress'),
  );
});
