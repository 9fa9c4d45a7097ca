import { randomUUID } from 'node:crypto';
import { DEFAULT_MAX_DRIFT_MS, type Timestamp } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWatchState } from './open-watch-state.ts';
import { SyncPersistence } from './sync-persistence.ts';
import { PGLITE, POSTGRES, type TestDatabase } from './testing/databases.ts';
import { at, NOW_MS } from './testing/ops.ts';

describe.each([PGLITE, POSTGRES])('openWatchState on $name', (kind) => {
  let opened: TestDatabase;
  let persistence: SyncPersistence;
  beforeAll(async () => {
    opened = await kind.open();
    persistence = new SyncPersistence({ ...opened.database, close: async () => undefined });
  });
  afterAll(async () => {
    await persistence.stop();
    await opened.destroy();
  });

  async function openAbove(floor: Timestamp) {
    const userId = randomUUID();
    await opened.sql(
      `insert into cuepoint.user_floors (user_id, collected_physical, collected_logical)
       values ($1::uuid, $2::bigint, $3::integer)`,
      [userId, floor.physical, floor.logical],
    );
    return openWatchState(persistence, { userId, deviceId: 'tv', now: () => NOW_MS });
  }

  test('[CUR4] an add is stamped past the collected floor, also by a clock that is behind it', async () => {
    const state = await openAbove(at(30_000, 7));
    expect(state.watchlist.add('film-1').timestamp).toEqual(at(30_000, 8));
    await state.whenDurable();
  });

  test('[HLC4] a floor past the drift bound does not take the clock along', async () => {
    const { progress } = await openAbove(at(DEFAULT_MAX_DRIFT_MS + 1));
    const position = { positionSeconds: 1, durationSeconds: 2, state: 'paused' as const };
    expect(progress.set('film-1', position).timestamp).toEqual(at(0));
    await progress.whenDurable();
  });
});
