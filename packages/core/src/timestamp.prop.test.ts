import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryTimestamp } from './testing/op-arbitraries.ts';
import {
  compareTimestamps,
  nextTimestamp,
  PHYSICAL_MAX,
  textToTimestamp,
  timestampToText,
} from './timestamp.ts';

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

test('[HLC5] the text form sorts by code unit as the timestamps do', () => {
  fc.assert(
    fc.property(arbitraryTimestamp(), arbitraryTimestamp(), (a, b) => {
      expect(compareText(timestampToText(a), timestampToText(b))).toBe(
        Math.sign(compareTimestamps(a, b)),
      );
    }),
  );
});

test('[HLC5] the text form survives JSON', () => {
  fc.assert(
    fc.property(arbitraryTimestamp(), (timestamp) => {
      const text: unknown = JSON.parse(JSON.stringify(timestampToText(timestamp)));
      expect(textToTimestamp(String(text))).toEqual(timestamp);
    }),
  );
});

test('[HLC3] the next timestamp is the least one that is greater', () => {
  fc.assert(
    fc.property(
      arbitraryTimestamp().filter(({ physical }) => physical < PHYSICAL_MAX),
      (timestamp) => {
        const next = nextTimestamp(timestamp);
        const steps =
          (next.physical - timestamp.physical) * 2 ** 16 + next.logical - timestamp.logical;
        expect(steps).toBe(1);
      },
    ),
  );
});
