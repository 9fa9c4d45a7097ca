import { describe, expect, it } from 'vitest';
import { clockOf, describeOp, explainResult, spanOf } from './describe-op.ts';
import type { Explanation, OpLine, TailedOp } from './tail-line.ts';

const op: TailedOp = {
  kind: 'progress.set',
  contentId: 'film',
  timestamp: '000000000001-0000',
  deviceId: 'tv',
  positionSeconds: 245,
  durationSeconds: 9_180,
  state: 'paused',
};
const lineOf = (rest: Partial<OpLine>): OpLine => ({
  type: 'op',
  serverTime: 0,
  source: 'here',
  result: 'applied',
  op,
  ...rest,
});
const because = (by: Explanation['by'], isWon: boolean, aheadMs = 0): Partial<OpLine> => ({
  result: isWon ? 'applied' : 'superseded',
  explanation: { isWon, by, aheadMs, other: { timestamp: '', deviceId: 'phone' } },
});

describe('what an op does', () => {
  it.each<readonly [Partial<TailedOp>, string]>([
    [{}, 'paused at 4:05 of 2:33:00'],
    [{ durationSeconds: 0 }, 'paused at 4:05 of an unknown length'],
    [{ kind: 'progress.clear' }, 'clears the progress'],
    [{ kind: 'watchlist.add' }, 'adds to the watchlist'],
    [{ kind: 'watchlist.remove', tags: ['a'] }, 'removes one tag from the watchlist'],
    [{ kind: 'watchlist.remove', tags: ['a', 'b'] }, 'removes 2 tags from the watchlist'],
  ])('%j is: %s', (rest, words) => {
    expect(describeOp({ ...op, ...rest })).toBe(words);
  });
});

describe('why it won or lost', () => {
  it.each<readonly [Partial<OpLine>, string]>([
    [because('physical', true, 1_500), 'Won over the write of phone: its clock reads 1.5 s later.'],
    [because('physical', false, 12), 'Lost to the write of phone: that clock reads 12 ms later.'],
    [
      because('counter', true),
      'Won over the write of phone: the same millisecond, and its counter is greater.',
    ],
    [
      because('counter', false),
      'Lost to the write of phone: the same millisecond, and that counter is greater.',
    ],
    [
      because('deviceId', true),
      'Won over the write of phone: the same timestamp, and tv sorts after phone.',
    ],
    [
      because('deviceId', false),
      'Lost to the write of phone: the same timestamp, and phone sorts after tv.',
    ],
    [
      because('passive', false),
      "Lost to the write of phone: a timer's report never takes over from another device.",
    ],
    [
      because('removed', false),
      'Lost: phone had removed this tag, and a removed tag stays removed.',
    ],
    [{}, 'Stored.'],
    [{ result: 'superseded' }, 'Something greater is stored.'],
    [{ result: 'duplicate' }, 'This very op was stored before. Nothing changed.'],
    [{ result: 'rejected', code: 'clock_ahead' }, 'Refused: clock_ahead. Nothing changed.'],
  ])('%j', (rest, sentence) => {
    expect(explainResult(lineOf(rest))).toBe(sentence);
  });
});

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [59_900, '60 s'],
  [90_000, '1.5 min'],
  [7_200_000, '2 h'],
  [40 * 86_400_000, '40 d'],
])('%d ms is a span of %s', (ms, words) => {
  expect(spanOf(ms)).toBe(words);
});

it.each([
  [0, '0:00'],
  [65, '1:05'],
  [3_600, '1:00:00'],
])('%d s is the position %s', (seconds, words) => {
  expect(clockOf(seconds)).toBe(words);
});
