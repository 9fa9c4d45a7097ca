import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { buildClient } from '../../scripts/build-client.mjs';
import {
  closeDevices,
  openDevice,
  openService,
  until,
  type RestartableService,
} from './support.ts';

type Client = typeof import('@cuepoint/client');

let service: RestartableService;
let built: Client;
beforeAll(async () => {
  await buildClient();
  const { href } = new URL('../../packages/client/dist/index.js', import.meta.url);
  built = (await import(/* @vite-ignore */ href)) as Client;
  service = await openService(inject('postgresUrl'));
});
afterEach(closeDevices);
afterAll(() => service?.close());

it('[ENG1] the modules as they are built run in Node, and are of one mind with the sources', async () => {
  const user = await service.live.api.createUser();
  const storage = built.memoryStorage();
  let isOn = true;
  const open = () =>
    built.createWatchState({
      url: 'http://service.test',
      getToken: () => user.token,
      device: { deviceId: 'built', deviceType: 'Desktop', platform: 'Node', appVersion: '1' },
      storage,
      createSocket() {
        if (!isOn) throw new Error('the plug is out');
        return new WebSocket(service.live.url);
      },
    });
  const first = await open();
  first.watchlist.add('film');
  await first.whenDurable();
  await first.close();
  isOn = false;
  const second = await open();
  second.progress.set('film', { positionSeconds: 60, durationSeconds: 1_000, state: 'paused' });
  expect(() => second.watchlist.add('..')).toThrow(
    expect.toSatisfy((error) => built.isCuepointError(error, 'invalid_content_id')),
  );
  expect(second.status.get()).toMatchObject({ pending: 1, isOnline: false });
  isOn = true;
  second.reconnect();
  await second.whenDurable();
  const tv = await openDevice(service, { user });
  await until(tv.state, () => tv.state.progress.resume('film') === 60);
  tv.state.watchlist.remove('film');
  await until(second, () => !second.watchlist.has('film'));
  await second.close();
});
