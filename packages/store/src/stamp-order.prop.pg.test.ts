import { randomUUID } from 'node:crypto';
import {
  compareStamps,
  compareTimestamps,
  isFinished,
  isInProgress,
  SECONDS_MAX,
  type PlaybackPosition,
  type Stamp,
  type Timestamp,
} from '@cuepoint/core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arbitraryDeviceId, arbitraryTimestamp } from '../../core/src/testing/op-arbitraries.ts';
import { plainArray } from './array-literal.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import { stampOfRegister, type RegisterRow } from './rows.ts';
import type { ProgressStatus } from './sync-repository.ts';
import { PGLITE, POSTGRES, type TestDatabase } from './testing/databases.ts';

/** On PostgreSQL the tests' database has the ICU collation `en`; PGlite's has code points. */
describe.each([PGLITE, POSTGRES])('SQL and code agree on $name', ({ open, isServer }) => {
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.destroy();
  });

  const arbitraryTime = fc.oneof(fc.constant({ physical: 1, logical: 1 }), arbitraryTimestamp());
  const arbitraryStamps = fc.uniqueArray(
    fc
      .record({
        times: fc.tuple(arbitraryTime, arbitraryTime),
        deviceId: arbitraryDeviceId(),
      })
      .map(({ times, deviceId }): Stamp => {
        const [claim, timestamp] = times.toSorted(compareTimestamps) as [Timestamp, Timestamp];
        const isAct = compareTimestamps(claim, timestamp) === 0;
        return isAct ? { timestamp, deviceId } : { timestamp, deviceId, claim };
      }),
    { maxLength: 30, selector: (stamp) => JSON.stringify(stamp) },
  );

  test('[CLM1] [HLC6] [LWW1] the columns sort stamps as compareStamps does', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStamps, async (stamps) => {
        expect(await storeAndSort(stamps)).toEqual(stamps.toSorted(compareStamps));
      }),
      {
        numRuns: 60,
        examples: [[[stampOf('phone'), stampOf('TV'), stampOf('Phone'), stampOf('a_b')]]],
      },
    );
  });

  test.runIf(isServer)(
    '[HLC6] the default collation alone would order them differently',
    async () => {
      const deviceIds = ['phone', 'TV', 'Phone', 'a_b', 'a.b', 'Z:1'];
      const sortedBy = async (collation: string) => {
        const rows = await opened.sql<{ id: string }>(
          `select id from unnest($1::text[]) as r (id) order by id ${collation}`,
          [plainArray(deviceIds)],
        );
        return rows.map(({ id }) => id);
      };
      expect(await sortedBy('collate "C"')).toEqual(deviceIds.toSorted());
      expect(await sortedBy('')).not.toEqual(deviceIds.toSorted());
    },
  );

  test('[LWW5] completed and in progress mean the same in SQL and in code', async () => {
    const seconds = fc.oneof(
      fc.constantFrom(0, 1, 9, 10, SECONDS_MAX, SECONDS_MAX - 1),
      fc.nat({ max: SECONDS_MAX }),
    );
    const aroundThreshold = fc
      .tuple(fc.nat({ max: SECONDS_MAX }), fc.integer({ min: -1, max: 1 }))
      .map(([duration, offset]): [number, number] => [
        Math.min(SECONDS_MAX, Math.max(0, Math.round(duration * 0.9) + offset)),
        duration,
      ]);
    const nearTheEnd = fc
      .tuple(fc.integer({ min: 3_000, max: SECONDS_MAX }), fc.integer({ min: -1, max: 1 }))
      .map(([duration, offset]): [number, number] => [duration - 300 + offset, duration]);
    const arbitraryPair = fc.oneof(fc.tuple(seconds, seconds), aroundThreshold, nearTheEnd);
    const pairs = fc.array(arbitraryPair, {
      minLength: 200,
      maxLength: 400,
    });
    const repository = new PostgresSyncRepository(opened.database);
    await fc.assert(
      fc.asyncProperty(pairs, async (drawn) => {
        const userId = randomUUID();
        await opened.sql(
          `insert into cuepoint.user_progress (
             user_id, content_id, position_seconds, duration_seconds, state,
             timestamp_physical, timestamp_logical, device_id
           )
           select $1::uuid, place::text, p, d, 'paused', 1, 0, 'tv'
           from unnest($2::integer[], $3::integer[]) with ordinality as r (p, d, place)`,
          [userId, plainArray(drawn.map(([p]) => p)), plainArray(drawn.map(([, d]) => d))],
        );
        const listed = async (status: ProgressStatus) => {
          const { items } = await repository.listProgress(userId, { status, limit: 1_000 });
          return items.map(({ contentId }) => Number(contentId)).toSorted((a, b) => a - b);
        };
        const where = (holds: (position: PlaybackPosition) => boolean) =>
          drawn.flatMap(([positionSeconds, durationSeconds], index) =>
            holds({ positionSeconds, durationSeconds, state: 'paused' }) ? [index + 1] : [],
          );
        expect(await listed('completed')).toEqual(where((position) => isFinished(position)));
        expect(await listed('in_progress')).toEqual(where(isInProgress));
      }),
      { numRuns: 10 },
    );
  });

  /** Through the columns of user_progress, by the row comparison that the merge uses. */
  async function storeAndSort(stamps: readonly Stamp[]): Promise<Stamp[]> {
    const userId = randomUUID();
    await opened.sql(
      `insert into cuepoint.user_progress (
         user_id, content_id, position_seconds, duration_seconds, state,
         timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id
       )
       select
         $1::uuid, 'film-' || position, 0, 0, 'stopped',
         physical, logical, claim_physical, claim_logical, device_id
       from unnest($2::bigint[], $3::integer[], $4::bigint[], $5::integer[], $6::varchar[]) with ordinality
         as r (physical, logical, claim_physical, claim_logical, device_id, position)`,
      [
        userId,
        plainArray(stamps.map(({ timestamp }) => timestamp.physical)),
        plainArray(stamps.map(({ timestamp }) => timestamp.logical)),
        plainArray(stamps.map(({ claim }) => claim?.physical ?? null)),
        plainArray(stamps.map(({ claim }) => claim?.logical ?? null)),
        plainArray(stamps.map(({ deviceId }) => deviceId)),
      ],
    );
    const rows = await opened.sql<RegisterRow>(
      `select timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id
       from cuepoint.user_progress
       where user_id = $1::uuid
       order by (
         coalesce(claim_physical, timestamp_physical), coalesce(claim_logical, timestamp_logical),
         timestamp_physical, timestamp_logical, device_id
       )`,
      [userId],
    );
    return rows.map(stampOfRegister);
  }
});

function stampOf(deviceId: string): Stamp {
  return { timestamp: { physical: 1, logical: 1 }, deviceId };
}
