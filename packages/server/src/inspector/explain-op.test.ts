import type { WireOp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import type { WatchedOp } from '../live/op-watchers.ts';
import { createRegisterMemory } from './explain-op.ts';

const clear = (timestamp: string, deviceId: string, contentId = 'film'): WireOp => ({
  kind: 'progress.clear',
  contentId,
  timestamp,
  deviceId,
});
const watched = (op: WireOp, rest: Partial<WatchedOp> = {}): WatchedOp => ({
  op,
  result: 'applied',
  isPassive: false,
  isFromElsewhere: false,
  ...rest,
});

describe('what is known of the registers', () => {
  it('explains a stored write by the one before it', () => {
    const memory = createRegisterMemory(10);
    expect(memory.explain(watched(clear('000000000001-0000', 'tv')))).toBeUndefined();
    expect(memory.explain(watched(clear('000000000001-0001', 'phone')))).toEqual({
      isWon: true,
      by: 'counter',
      aheadMs: 0,
      other: { timestamp: '000000000001-0000', deviceId: 'tv' },
    });
  });

  it('explains a write that lost by its winner, and does not remember the loser', () => {
    const memory = createRegisterMemory(10);
    memory.remember('film', { timestamp: { physical: 16, logical: 0 }, deviceId: 'tv' });
    const lost = watched(clear('00000000000a-0000', 'phone'), {
      result: 'superseded',
      winner: clear('000000000010-0000', 'tv'),
    });
    expect(memory.explain(lost)).toMatchObject({ isWon: false, by: 'physical', aheadMs: 6 });
    expect(memory.explain(watched(clear('000000000011-0000', 'phone')))).toMatchObject({
      isWon: true,
      other: { timestamp: '000000000010-0000', deviceId: 'tv' },
    });
  });

  it('keeps the greater write where another instance tells of it late', () => {
    const memory = createRegisterMemory(10);
    memory.explain(watched(clear('000000000010-0000', 'tv')));
    const late = watched(clear('00000000000a-0000', 'phone'), { isFromElsewhere: true });
    expect(memory.explain(late)).toMatchObject({ isWon: false, by: 'physical' });
    expect(memory.explain(watched(clear('000000000011-0000', 'tv')))?.other.timestamp).toBe(
      '000000000010-0000',
    );
  });

  it('says nothing of an op that changed nothing', () => {
    const memory = createRegisterMemory(10);
    memory.explain(watched(clear('000000000010-0000', 'tv')));
    for (const result of ['duplicate', 'rejected'] as const) {
      expect(memory.explain(watched(clear('000000000011-0000', 'tv'), { result }))).toBeUndefined();
    }
  });

  it('[ORS3] explains an add whose tag was removed before by that removal', () => {
    const tag = '7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f';
    const [contentId, deviceId] = ['film', 'tv'];
    const add: WireOp = {
      kind: 'watchlist.add',
      contentId,
      tag,
      timestamp: '000000000002-0000',
      deviceId,
    };
    const winner: WireOp = {
      kind: 'watchlist.remove',
      contentId,
      tags: [tag],
      timestamp: '000000000001-0000',
      deviceId: 'phone',
    };
    const memory = createRegisterMemory(10);
    expect(memory.explain(watched(add, { result: 'superseded', winner }))).toEqual({
      isWon: false,
      by: 'removed',
      aheadMs: 0,
      other: { timestamp: '000000000001-0000', deviceId: 'phone' },
    });
    expect(memory.explain(watched(add))).toBeUndefined();
  });

  it('[SEC3] forgets the register that was written least recently', () => {
    const memory = createRegisterMemory(2);
    for (const contentId of ['a', 'b', 'a', 'c']) {
      memory.remember(contentId, { timestamp: { physical: 1, logical: 0 }, deviceId: 'tv' });
    }
    const explained = ['a', 'b', 'c'].filter(
      (contentId) =>
        memory.explain(
          watched(clear('000000000002-0000', 'tv', contentId), {
            result: 'superseded',
          }),
        ) !== undefined,
    );
    expect(explained).toEqual(['a', 'c']);
  });
});
