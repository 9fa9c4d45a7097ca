import type { WireOp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { findLost } from './find-lost.ts';
import { Ledger } from './ledger.ts';
import { foldOps, type StoredState } from './stored-state.ts';

const USER = 'anna';
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
  deviceId: 'phone',
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
const cleared: WireOp = {
  kind: 'progress.clear',
  contentId: 'film',
  timestamp: '000000000004-0000',
  deviceId: 'tv',
};

/** What is found where these were acknowledged, those were only sent, and the last are stored. */
function losses(given: {
  readonly acked?: readonly WireOp[];
  readonly sent?: readonly WireOp[];
  readonly stored: readonly WireOp[];
}): readonly string[] {
  const { acked = [], sent = [], stored } = given;
  const ledger = new Ledger();
  for (const op of [...acked, ...sent]) ledger.sent(USER, op);
  for (const op of acked) ledger.acknowledged(USER, { op, deviceId: 'tv', atMs: 0 });
  return findLost(ledger.userOf(USER), foldOps(stored)).map(({ what }) => what);
}

describe('what was acknowledged', () => {
  it('is all there when it is all stored', () => {
    const acked = [add, removal, progress, later, cleared];
    expect(losses({ acked, stored: acked })).toEqual([]);
    expect(losses({ acked: [add, later], sent: [removal], stored: [add, later] })).toEqual([]);
  });

  it('is found lost when it is a register, and told from progress of the same content', () => {
    const rating: WireOp = {
      kind: 'register.set',
      register: 'rating',
      key: 'film',
      value: 7,
      timestamp: '000000000005-0000',
      deviceId: 'tv',
    };
    const lowered = { ...rating, value: 3, timestamp: '000000000006-0000' };
    const acked = [progress, rating];
    expect(losses({ acked, stored: acked })).toEqual([]);
    expect(losses({ acked, sent: [lowered], stored: [progress, lowered] })).toEqual([]);
    expect(losses({ acked, stored: [progress] })).toEqual(['the register rating is lost']);
    const other = { ...rating, value: 8 };
    expect(losses({ acked: [rating], sent: [other], stored: [other] })).toEqual([
      'the register rating has another value, 8',
    ]);
  });

  it('is found lost when it is a play, or its removal', () => {
    const play: WireOp = {
      kind: 'play.add',
      contentId: 'film',
      playId: 'play-1',
      timestamp: '000000000005-0000',
      deviceId: 'tv',
    };
    const takenBack: WireOp = {
      kind: 'play.remove',
      playIds: ['play-1'],
      timestamp: '000000000006-0000',
      deviceId: 'tv',
    };
    const ledger = new Ledger();
    for (const op of [play, takenBack]) ledger.sent(USER, op);
    ledger.acknowledged(USER, { op: play, deviceId: 'tv', atMs: 0 });
    const stored = (isRemoved?: boolean): StoredState => ({
      registers: new Map(),
      tags: new Map(
        isRemoved === undefined
          ? []
          : [['play-1', { contentId: 'film', isRemoved, isPlay: true as const }]],
      ),
    });
    const found = (state: StoredState) =>
      findLost(ledger.userOf(USER), state).map(({ what }) => what);
    expect(found(stored(false))).toEqual([]);
    expect(found(stored())).toEqual(['an add is gone']);
    ledger.acknowledged(USER, { op: takenBack, deviceId: 'tv', atMs: 0 });
    expect(found(stored(true))).toEqual([]);
    expect(found(stored(false))).toEqual(['play-1 was removed and is there again']);
  });

  it('is found lost when it is an add', () => {
    expect(losses({ acked: [add], stored: [] })).toEqual(['an add is gone']);
    const moved = { ...add, contentId: 'other' };
    expect(losses({ acked: [add], sent: [moved], stored: [moved] })).toContain(
      'an add is of another content, other',
    );
  });

  it('is found lost when an add was removed by nobody', () => {
    expect(losses({ acked: [add], stored: [add, removal] })).toContain(
      'an add is removed, and nobody removed it',
    );
    // A remove whose ack was lost took it away with every right.
    expect(losses({ acked: [add], sent: [removal], stored: [add, removal] })).toEqual([]);
  });

  it('is found lost when it is a remove, and what it removed is there again', () => {
    expect(losses({ acked: [add, removal], stored: [add] })).toEqual([
      'tag-1 was removed and is there again',
    ]);
    expect(losses({ acked: [removal], stored: [] })).toEqual(['the tombstone of tag-1 is gone']);
  });

  it('is found lost when it is progress, however little older the stored one is', () => {
    expect(losses({ acked: [progress], stored: [] })).toEqual(['progress is lost']);
    expect(losses({ acked: [later], sent: [progress], stored: [progress] })).toEqual([
      'progress is lost',
    ]);
    const byLesserDevice = { ...later, deviceId: 'phone' };
    expect(losses({ acked: [later], sent: [byLesserDevice], stored: [byLesserDevice] })).toEqual([
      'progress is lost',
    ]);
    expect(losses({ acked: [cleared], sent: [later], stored: [later] })).toEqual([
      'progress is lost',
    ]);
  });

  it('is superseded by a greater stamp and by nothing else', () => {
    expect(losses({ acked: [progress], sent: [later], stored: [later] })).toEqual([]);
    const other = { ...progress, positionSeconds: 99 };
    expect(losses({ acked: [progress], sent: [other], stored: [other] })).toEqual([
      'progress has another value, 99/100 playing',
    ]);
  });
});

describe('what nobody sent', () => {
  it('is found when it is stored', () => {
    expect(losses({ stored: [add] })).toEqual(['nobody sent the tag tag-1 of film']);
    expect(losses({ sent: [add], stored: [add, removal] })).toEqual([
      'nobody sent the tag tag-1 of film',
    ]);
    expect(losses({ sent: [progress], stored: [later] })).toEqual([
      'nobody wrote film 000000000003-0001 tv 20/100 playing',
    ]);
  });
});
