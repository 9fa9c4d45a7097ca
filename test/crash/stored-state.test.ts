import type { WireOp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { differencesOf, foldOps, linesOf, shownLinesOf } from './stored-state.ts';

const add: WireOp = {
  kind: 'watchlist.add',
  contentId: 'film',
  tag: 'tag-1',
  timestamp: '000000000001-0000',
  deviceId: 'tv',
};
const removal: WireOp = {
  kind: 'watchlist.remove',
  contentId: 'film',
  tags: ['tag-1'],
  timestamp: '000000000002-0000',
  deviceId: 'tv',
};
const progress: WireOp = {
  kind: 'progress.set',
  contentId: 'film',
  positionSeconds: 10,
  durationSeconds: 100,
  state: 'playing',
  timestamp: '000000000003-0000',
  deviceId: 'tv',
};
const later: WireOp = { ...progress, positionSeconds: 20, timestamp: '000000000003-0001' };

describe('the fold of the harness', () => {
  it('is the same in any order', () => {
    const lines = linesOf(foldOps([add, removal, progress, later]));
    expect(linesOf(foldOps([later, removal, progress, add]))).toEqual(lines);
    expect(lines).toEqual([
      'register film 000000000003-0001 tv 20/100 playing',
      'tag tag-1 of film removed',
    ]);
  });

  it('shows a film with a live tag, and progress that was not cleared', () => {
    const other: WireOp = { ...add, tag: 'tag-2' };
    expect(shownLinesOf(foldOps([add, other, removal, progress]))).toEqual([
      'film film',
      'progress film 10/100 playing',
    ]);
    const cleared: WireOp = {
      kind: 'progress.clear',
      contentId: 'film',
      timestamp: '000000000004-0000',
      deviceId: 'tv',
    };
    expect(shownLinesOf(foldOps([add, removal, progress, cleared]))).toEqual([]);
  });
});

describe('two devices', () => {
  it('differ by what only one of them has', () => {
    const one = linesOf(foldOps([add, progress]));
    expect(differencesOf(one, one)).toEqual([]);
    expect(differencesOf(one, linesOf(foldOps([add, later])))).toEqual([
      '- register film 000000000003-0000 tv 10/100 playing',
      '+ register film 000000000003-0001 tv 20/100 playing',
    ]);
    expect(differencesOf(one, linesOf(foldOps([progress])))).toEqual(['- tag tag-1 of film live']);
    expect(differencesOf(one, linesOf(foldOps([add, removal, progress])))).toEqual([
      '- tag tag-1 of film live',
      '+ tag tag-1 of film removed',
    ]);
  });
});
