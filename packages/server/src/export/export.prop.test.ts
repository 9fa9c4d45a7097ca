import {
  compareTimestamps,
  CONTENT_ID_PATTERN,
  DEVICE_TYPES,
  DISGUISES,
  RESOLUTIONS,
  type Stamp,
  type Timestamp,
} from '@cuepoint/core';
import type { ExportLine } from '@cuepoint/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLine } from './decode-line.ts';
import { encodeExport } from './encode-export.ts';

const ms = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const deviceId = fc.stringMatching(/^[A-Za-z0-9._:-]{1,255}$/);
const text = (max: number) =>
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: max })
    .filter((value) => new RegExp(`^[^\\p{Cc}\\p{Cs}${DISGUISES}]{1,${max}}$`, 'u').test(value));
const contentId = text(255).filter((value) => new RegExp(CONTENT_ID_PATTERN, 'u').test(value));
const timestamp = fc.record({ physical: ms, logical: fc.integer({ min: 0, max: 65_535 }) });
const stamp = fc.record({ timestamp, deviceId });
const seconds = fc.integer({ min: 0, max: 2_147_483_647 });
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const position = fc.record({
  positionSeconds: seconds,
  durationSeconds: seconds,
  state: fc.constantFrom('playing' as const, 'paused' as const, 'stopped' as const),
});
const progressFields = { type: fc.constant('progress' as const), contentId, updatedAtMs: ms };
const claimedStamp = fc
  .record({ times: fc.tuple(timestamp, timestamp), deviceId })
  .map(({ times, deviceId: by }): Stamp => {
    const [claim, at] = times.toSorted(compareTimestamps) as [Timestamp, Timestamp];
    const isAct = compareTimestamps(claim, at) === 0;
    return isAct ? { timestamp: at, deviceId: by } : { timestamp: at, deviceId: by, claim };
  });

const lines: fc.Arbitrary<ExportLine> = fc.oneof(
  fc
    .record({
      type: fc.constant('watchlist' as const),
      entry: fc.record({
        tag: fc.uuid(),
        contentId,
        added: nullable(stamp),
        removed: nullable(stamp),
      }),
      removedAtMs: nullable(ms),
    })
    .filter(({ entry }) => entry.added !== null || entry.removed !== null),
  fc.record({ ...progressFields, position: nullable(position), stamp }),
  fc.record({ ...progressFields, position, stamp: claimedStamp }),
  fc.record({
    type: fc.constant('device' as const),
    device: fc.record({
      deviceId,
      deviceType: fc.constantFrom(...DEVICE_TYPES),
      platform: text(50),
      appVersion: text(50),
      deviceName: nullable(text(255)),
      capabilities: fc.record(
        {
          maxResolution: fc.constantFrom(...RESOLUTIONS),
          hdrFormats: fc.array(text(50), { maxLength: 64 }),
          audioCodecs: fc.array(text(50), { maxLength: 64 }),
          remoteControllable: fc.boolean(),
          canCast: fc.boolean(),
          screenSizeInches: fc.double({ min: 0.1, max: 500, noNaN: true }),
        },
        { requiredKeys: [] },
      ),
      lastSeenMs: ms,
      isOnline: fc.boolean(),
    }),
    revokedAtMs: nullable(ms),
  }),
  fc.record({ type: fc.constant('floor' as const), collected: timestamp }),
);

async function* streamOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

describe('an export', () => {
  it('is lossless: every line reads back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { maxLength: 5 }), async (stored) => {
        const userId = '7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f';
        const texts: string[] = [];
        for await (const line of encodeExport(userId, streamOf(stored))) texts.push(line);
        expect(texts.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
        const decoded = texts.map(decodeLine);
        expect(decoded[0]).toEqual({ kind: 'header', userId });
        expect(decoded.at(-1)).toEqual({ kind: 'end', lines: stored.length });
        expect(decoded.slice(1, -1)).toEqual(stored.map((line) => ({ kind: 'data', line })));
      }),
    );
  });
});
