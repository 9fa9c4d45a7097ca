import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  closeDevices,
  openDevice,
  openService,
  until,
  type RestartableService,
} from './support.ts';

let service: RestartableService;
beforeAll(async () => {
  service = await openService(inject('postgresUrl'));
});
afterEach(closeDevices);
afterAll(() => service.close());

describe('two devices', () => {
  it('[SDK1] [SDK2] show the same, and know when it is durable', async () => {
    const user = await service.live.api.createUser();
    const { state: tv } = await openDevice(service, { user });
    const { state: phone } = await openDevice(service, { user, deviceId: 'phone' });
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
  });
});
