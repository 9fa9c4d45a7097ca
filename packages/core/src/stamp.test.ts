import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimOf, compareStamps, stampOf, type Stamp } from './stamp.ts';
import { arbitraryDeviceId, arbitraryTimestamp, DEVICE_IDS } from './testing/op-arbitraries.ts';
import { compareTimestamps, ZERO_TIMESTAMP, type Timestamp } from './timestamp.ts';

function stamp(physical: number, logical: number, deviceId: string): Stamp {
  return { timestamp: { physical, logical }, deviceId };
}

/** Of few parts, so that two of them are often equal. */
const arbitraryTime = fc.oneof(
  arbitraryTimestamp(),
  fc.record({ physical: fc.constantFrom(0, 1), logical: fc.constantFrom(0, 1) }),
);
const arbitraryStamp = fc
  .record({
    times: fc.tuple(arbitraryTime, arbitraryTime),
    deviceId: fc.oneof(fc.constantFrom(...DEVICE_IDS), arbitraryDeviceId()),
  })
  .map(({ times, deviceId }): Stamp => {
    const [claim, timestamp] = times.toSorted(compareTimestamps) as [Timestamp, Timestamp];
    const isAct = compareTimestamps(claim, timestamp) === 0;
    return isAct ? { timestamp, deviceId } : { timestamp, deviceId, claim };
  });

describe('the order of stamps', () => {
  test('[HLC6] physical decides before the counter, and the counter before the device', () => {
    const ordered = [stamp(1, 0, 'z'), stamp(1, 1, 'a'), stamp(1, 1, 'b'), stamp(2, 0, 'a')];
    expect(ordered.toReversed().toSorted(compareStamps)).toEqual(ordered);
  });

  test('[CLM1] the claim decides before the timestamp, and a timestamp among equal claims', () => {
    const claimed = (claim: number, physical: number, deviceId: string): Stamp => ({
      ...stamp(physical, 0, deviceId),
      claim: { physical: claim, logical: 0 },
    });
    const ordered = [
      claimed(1, 9, 'tv'),
      stamp(2, 0, 'phone'),
      claimed(2, 3, 'phone'),
      claimed(2, 3, 'tv'),
      claimed(2, 9, 'phone'),
      stamp(3, 0, 'a'),
    ];
    expect(ordered.toReversed().toSorted(compareStamps)).toEqual(ordered);
  });

  test('[CLM2] the claim of an act is its timestamp', () => {
    expect(claimOf(stamp(1, 2, 'tv'))).toEqual({ physical: 1, logical: 2 });
    expect(claimOf({ ...stamp(5, 0, 'tv'), claim: ZERO_TIMESTAMP })).toEqual(ZERO_TIMESTAMP);
  });

  test('[HLC6] devices compare by code unit, as no locale does', () => {
    const deviceIds = ['-', '.', '10', '9', ':', 'TV', 'Z', '_', 'a', 'a-', 'a.b', 'tv'];
    const sorted = deviceIds
      .toReversed()
      .map((deviceId) => stamp(1, 1, deviceId))
      .toSorted(compareStamps);
    expect(sorted.map(({ deviceId }) => deviceId)).toEqual(deviceIds);
    expect(deviceIds.toSorted((a, b) => a.localeCompare(b))).not.toEqual(deviceIds);
  });

  test('[HLC6] devices compare as their bytes do, which is what collate "C" compares', () => {
    fc.assert(
      fc.property(arbitraryDeviceId(), arbitraryDeviceId(), (a, b) => {
        const byBytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(compareStamps(stamp(1, 1, a), stamp(1, 1, b))).toBe(byBytes);
      }),
    );
  });

  test('[CLM1] [HLC6] the order is total: antisymmetric, transitive, and 0 for equal stamps alone', () => {
    fc.assert(
      fc.property(arbitraryStamp, arbitraryStamp, arbitraryStamp, (a, b, c) => {
        const ab = Math.sign(compareStamps(a, b));
        // Adding 0 turns -0 into 0.
        expect(Math.sign(compareStamps(b, a)) + 0).toBe(-ab + 0);
        expect(ab === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
        const [least, middle, greatest] = [a, b, c].toSorted(compareStamps);
        if (least === undefined || middle === undefined || greatest === undefined) return;
        expect(compareStamps(least, middle)).toBeLessThanOrEqual(0);
        expect(compareStamps(middle, greatest)).toBeLessThanOrEqual(0);
        expect(compareStamps(least, greatest)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('the stamp of an op is its stamp and nothing else', () => {
    const op = { ...stamp(1, 2, 'tv'), kind: 'watchlist.remove', tags: ['t'] };
    expect(stampOf(op)).toStrictEqual(stamp(1, 2, 'tv'));
    const claim = { physical: 1, logical: 1 };
    expect(stampOf({ ...op, claim })).toStrictEqual({ ...stamp(1, 2, 'tv'), claim });
  });
});
