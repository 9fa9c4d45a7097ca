import type { WireOp } from '@cuepoint/core';
import { expect, test } from 'vitest';
import { findLost, type FindLostOptions } from './find-lost.ts';
import { Ledger } from './ledger.ts';
import { foldOps } from './stored-state.ts';

const USER = 'user';
const SENT_AT_MS = 1_000;
const ADD: WireOp = {
  kind: 'watchlist.add',
  contentId: 'film',
  tag: 't1',
  timestamp: '1',
  deviceId: 'tv',
};
const REMOVE: WireOp = {
  kind: 'watchlist.remove',
  contentId: 'film',
  tags: ['t1'],
  timestamp: '2',
  deviceId: 'tv',
};
const set = (timestamp: string, positionSeconds: number): WireOp => ({
  kind: 'progress.set',
  contentId: 'film',
  positionSeconds,
  durationSeconds: 100,
  state: 'paused',
  timestamp,
  deviceId: 'tv',
});

function ledgerOf(ops: readonly WireOp[]): Ledger {
  const ledger = new Ledger();
  for (const op of ops) {
    ledger.sent(USER, op, SENT_AT_MS);
    ledger.acknowledged(USER, { op, deviceId: 'tv', atMs: 0 });
  }
  return ledger;
}

const lossesOf = (ledger: Ledger, stored: readonly WireOp[], options?: FindLostOptions) =>
  findLost(ledger.userOf(USER), foldOps(stored), options).map(({ what }) => what);
/** Whatever was removed so far may be collected. */
const COLLECTED = { collectedBeforeMs: SENT_AT_MS + 1 };

test('a tombstone may be gone once it may be collected, and not before', () => {
  const ledger = ledgerOf([ADD, REMOVE]);
  const gone = ['an add is gone', 'the tombstone of t1 is gone'];
  expect(lossesOf(ledger, [], COLLECTED)).toEqual([]);
  expect(lossesOf(ledger, [], { collectedBeforeMs: SENT_AT_MS })).toEqual(gone);
  expect(lossesOf(ledger, [])).toEqual(gone);
  expect(lossesOf(ledgerOf([ADD]), [], COLLECTED)).toEqual(['an add is gone']);
  // What is sent again is as old as its first try.
  ledger.sent(USER, REMOVE, SENT_AT_MS + 5);
  expect(lossesOf(ledger, [], COLLECTED)).toEqual([]);
});

test('what was checked is where the next check begins', () => {
  const stored = [ADD, set('2', 20)];
  const ledger = ledgerOf([...stored, set('1', 10)]);
  ledger.forgetAllBut(USER, foldOps(stored));
  expect(ledger.userOf(USER).ackedWrites).toHaveLength(1);
  expect(lossesOf(ledger, stored)).toEqual([]);
  expect(lossesOf(ledger, [ADD])).toEqual(['progress is lost']);
  expect(lossesOf(ledger, [set('2', 20)])).toEqual(['an add is gone']);
});

test('what was forgotten and comes back was sent by nobody', () => {
  const ledger = ledgerOf([ADD, REMOVE, set('1', 10), set('2', 20)]);
  ledger.forgetAllBut(USER, foldOps([set('2', 20)]));
  expect(lossesOf(ledger, [ADD, set('2', 20)], COLLECTED)).toEqual([
    'nobody sent the tag t1 of film',
  ]);
  expect(lossesOf(ledger, [set('1', 10)], COLLECTED)).toEqual([
    'progress is lost',
    'nobody wrote film 1 tv 10/100 paused',
  ]);
});
