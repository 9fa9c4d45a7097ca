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
