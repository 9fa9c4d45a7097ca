import type { Stamp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { decideBetween } from './decide-between.ts';

const stamp = (physical: number, logical: number, deviceId: string): Stamp => ({
  timestamp: { physical, logical },
  deviceId,
});

describe('why a write won', () => {
  it.each([
    [stamp(2_500, 0, 'a'), stamp(1_000, 9, 'z'), { isWon: true, by: 'physical', aheadMs: 1_500 }],
    [stamp(1_000, 9, 'z'), stamp(2_500, 0, 'a'), { isWon: false, by: 'physical', aheadMs: 1_500 }],
    [stamp(1_000, 1, 'a'), stamp(1_000, 0, 'z'), { isWon: true, by: 'counter', aheadMs: 0 }],
    [stamp(1_000, 0, 'z'), stamp(1_000, 1, 'a'), { isWon: false, by: 'counter', aheadMs: 0 }],
    [stamp(1_000, 0, 'tv'), stamp(1_000, 0, 'phone'), { isWon: true, by: 'deviceId', aheadMs: 0 }],
    [stamp(1_000, 0, 'TV'), stamp(1_000, 0, 'phone'), { isWon: false, by: 'deviceId', aheadMs: 0 }],
  ])('[LWW1] %j against %j: physical, then counter, then device id', (write, other, decision) => {
    expect(decideBetween(write, other)).toEqual(decision);
  });

  it.each([
    ['a later act against a later report', [9_000, 9_000], [1_000, 60_000], true, 8_000],
    ['a report that continues an earlier act', [1_000, 60_000], [9_000, 9_000], false, 8_000],
  ] as const)('[CLM1] %s: the claim', (_, mine, theirs, isWon, aheadMs) => {
    const claimed = ([claim, physical]: readonly [number, number], deviceId: string): Stamp => ({
      ...stamp(physical, 0, deviceId),
      ...(claim === physical ? {} : { claim: { physical: claim, logical: 0 } }),
    });
    expect(decideBetween(claimed(mine, 'phone'), claimed(theirs, 'tv'))).toEqual({
      isWon,
      by: 'claim',
      aheadMs,
    });
  });

  it('[CLM1] is the time of the report among those that continue one act', () => {
    const claim = { physical: 1, logical: 0 };
    const tick = (ms: number): Stamp => ({ ...stamp(ms, 0, 'tv'), claim });
    expect(decideBetween(tick(3_000), tick(2_000))).toEqual({
      isWon: true,
      by: 'physical',
      aheadMs: 1_000,
    });
  });

  it('is nothing to say of one write met twice', () => {
    expect(decideBetween(stamp(1, 2, 'tv'), stamp(1, 2, 'tv'))).toBeUndefined();
  });

  it('is no stamp where a passive report gave way to another device', () => {
    const [later, earlier] = [stamp(2, 0, 'tv'), stamp(1, 0, 'phone')];
    const passive = { isPassive: true, isStored: false };
    expect(decideBetween(later, earlier, passive)).toEqual({
      isWon: false,
      by: 'passive',
      aheadMs: 0,
    });
    expect(decideBetween(earlier, later, passive)?.by).toBe('physical');
    expect(decideBetween(later, earlier, { isPassive: true })?.isWon).toBe(true);
  });
});
