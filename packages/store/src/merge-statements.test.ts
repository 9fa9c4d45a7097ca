import { expect, test } from 'vitest';
import { ofCounters, readSql } from './sql-files.ts';

/** What a statement does on a conflict, as one line. */
function mergeOf(name: string): string {
  const merge = /on conflict (?<merge>[\s\S]+?)\s+returning/.exec(readSql(name, 'public'))
    ?.groups?.['merge'];
  return (merge ?? '').replaceAll(/\s+/g, ' ');
}

/** Which rows a statement leaves out, in the words of the batch. */
function guardOf(name: string): string {
  const guard = /where not exists \((?<guard>[^)]+)\)/.exec(readSql(name, 'public'))?.groups?.[
    'guard'
  ];
  return (guard ?? '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('$1::uuid', 'r.user_id')
    .replaceAll('$6::bigint', 'r.timestamp_physical');
}

test('[SQL1] what was stamped before an erasure is left out of every batch alike', () => {
  expect(guardOf('upsert-progress')).toContain('r.timestamp_physical <= e.erased_physical');
  expect(guardOf('upsert-progress-one')).toBe(guardOf('upsert-progress'));
  expect(guardOf('upsert-progress-passive')).toBe(guardOf('upsert-progress'));
});

test('[SQL1] a batch and a batch of one merge alike', () => {
  expect(mergeOf('upsert-progress')).toContain('excluded.device_id collate "C"');
  expect(mergeOf('upsert-progress-one')).toBe(mergeOf('upsert-progress'));
});

test.each([
  'upsert-progress',
  'upsert-progress-passive',
  'upsert-watchlist',
  'upsert-said',
  'upsert-plays',
  'upsert-devices',
])('[SQL1] [SQL2] %s merges alike over arrays and over a list of values', (name) => {
  expect(mergeOf(name)).toMatch(/^\(user_id(?:, \w+)+\) do update set /);
  expect(mergeOf(`${name}-values`)).toBe(mergeOf(name));
});

test.each([
  'upsert-progress',
  'upsert-progress-one',
  'upsert-progress-passive',
  'upsert-progress-values@2',
  'upsert-progress-passive-values@2',
  'upsert-watchlist',
  'upsert-watchlist-values@2',
  'upsert-said',
  'upsert-said-values@2',
  'upsert-plays',
  'upsert-plays-values@2',
])('[CUR1] %s names no transaction id where devices catch up by counters', (name) => {
  const text = readSql(ofCounters(name), 'public').replaceAll(/--.*$/gm, '');
  expect(text).toContain('changed_version = excluded.changed_version');
  expect(text).not.toMatch(/changed_xid|xid8|pg_current_xact_id\(/);
});

test.each([
  'upsert-progress-values',
  'upsert-progress-passive-values',
  'upsert-watchlist-values',
  'upsert-said-values',
  'upsert-plays-values',
  'upsert-devices-values',
  'raise-versions-values',
])('%s holds nothing that a list of values is refused for on Citus', (name) => {
  const text = readSql(ofCounters(`${name}@3`), 'public').replaceAll(/--.*$/gm, '');
  // A subquery, a common table expression, a function that is not immutable.
  expect(text).not.toMatch(/\bselect\b|\bwith\b|now\(|random|pg_|clock_timestamp/);
});

test('[SQL1] [CLM7] a timer’s report merges alike, over a position of its own device only', () => {
  const condition = ' and t.device_id = excluded.device_id and not t.is_cleared';
  expect(mergeOf('upsert-progress-passive')).toContain(condition);
  expect(mergeOf('upsert-progress-passive').replace(condition, '')).toBe(
    mergeOf('upsert-progress'),
  );
});

test('[CUR1] a page of changes reads alike by xid and by counter', () => {
  const pageOf = (name: string) =>
    /\npage as \((?<page>[\s\S]+?)\nselect\n/.exec(readSql(name, 'public'))?.groups?.['page'];
  expect(pageOf('read-changes')).toContain('concat_ws');
  expect(pageOf('read-changes-counter')).toBe(pageOf('read-changes'));
});

test('[REG1] a register of any kind is decided by the order that decides positions', () => {
  const orderOf = (name: string) => mergeOf(name).split(' where ')[1];
  expect(orderOf('upsert-said')).toContain('coalesce(t.claim_physical, t.timestamp_physical)');
  expect(orderOf('upsert-said')).toBe(orderOf('upsert-progress'));
});
