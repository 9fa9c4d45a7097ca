import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareStamps, stampOf, type Stamp } from './stamp.ts';
import { arbitraryDeviceId, arbitraryTimestamp, DEVICE_IDS } from './testing/op-arbitraries.ts';

function stamp(physical: number, logical: number, deviceId: string): Stamp {
  return { timestamp: { physical, logical }, deviceId };
}

/** Of few parts, so that two of them are often equal. */
const arbitraryStamp = fc.record({
  timestamp: fc.oneof(
    arbitraryTimestamp(),
    fc.record({ physical: fc.constantFrom(0, 1), logical: fc.constantFrom(0, 1) }),
  ),
  deviceId: fc.oneof(fc.constantFrom(...DEVICE_IDS), arbitraryDeviceId()),
});

describe('the order of stamps', () => {
  test('[HLC6] physical decides before the counter, and the counter before the device', () => {
    const ordered = [stamp(1, 0, 'z'), stamp(1, 1, 'a'), stamp(1, 1, 'b'), stamp(2, 0, 'a')];
    expect(ordered.toReversed().toSorted(compareStamps)).toEqual(ordered);
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

  test('[HLC6] the order is total: antisymmetric, transitive, and 0 for equal stamps alone', () => {
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
    expect(stampOf(op)).toEqual(stamp(1, 2, 'tv'));
  });
});
