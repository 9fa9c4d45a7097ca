import { createWatchState, memoryStorage, type WatchState } from '@cuepoint/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { createTestLive, type TestLive } from '../../packages/server/src/testing/test-live.ts';
import type { TestUser } from '../../packages/server/src/testing/test-api.ts';

let live: TestLive;
beforeAll(async () => {
  live = await createTestLive({ databaseUrl: inject('postgresUrl') });
});
afterAll(() => live.close());

function open(user: TestUser, deviceId: string): Promise<WatchState> {
  return createWatchState({
    url: live.url.replace(/^ws/, 'http').replace('/api/v1/ws', ''),
    getToken: () => user.token,
    device: { deviceId, deviceType: 'TV', platform: 'test', appVersion: '1' },
    storage: memoryStorage(),
    createSocket: (url) => new WebSocket(url),
  });
}

function until(state: WatchState, predicate: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!predicate()) return;
      for (const end of ends) end();
      resolve();
    };
    const ends = [
      state.watchlist.subscribe(look),
      state.progress.subscribe(look),
      state.devices.subscribe(look),
      state.status.subscribe(look),
    ];
    look();
  });
}

describe('two devices', () => {
  it('[SDK1] [SDK2] show the same, and know when it is durable', async () => {
    const user = await live.api.createUser();
    const [tv, phone] = [await open(user, 'tv'), await open(user, 'phone')];
    expect(tv.watchlist.add('film')).toBe(true);
    expect(tv.watchlist.has('film')).toBe(true);
    await tv.whenDurable();
    expect(tv.status.get()).toMatchObject({ pending: 0, isOnline: true });
    await until(phone, () => phone.watchlist.has('film'));
    phone.progress.set('film', { positionSeconds: 10, durationSeconds: 100, state: 'playing' });
    await until(tv, () => tv.progress.resume('film') === 10);
    phone.watchlist.remove('film');
    await until(tv, () => !tv.watchlist.has('film'));
    await until(tv, () => tv.devices.list().length === 2);
    phone.devices.onCommand((command) =>
      command.action === 'pause' ? 'applied' : { refused: 'no' },
    );
    expect(await tv.devices.sendCommand('phone', { action: 'pause' })).toEqual({
      outcome: 'applied',
    });
    expect(await tv.devices.sendCommand('phone', { action: 'play' })).toEqual({
      outcome: 'refused',
      reason: 'no',
    });
    await Promise.all([tv.close(), phone.close()]);
  });
});
