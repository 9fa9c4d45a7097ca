import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  closeDevices,
  openDevice,
  openService,
  titlesOf,
  until,
  untilOffline,
  untilOnline,
  type Device,
  type RestartableService,
} from './support.ts';

let service: RestartableService;
beforeAll(async () => {
  service = await openService(inject('postgresUrl'));
});
afterEach(closeDevices);
afterAll(() => service.close());

const SKEWS_MS = { 1970: -Date.UTC(2026, 0, 1), 2099: Date.UTC(2099, 0, 1) - Date.UTC(2026, 0, 1) };

function watch({ state }: Device, positionSeconds: number): void {
  state.progress.set('film', { positionSeconds, durationSeconds: 1_000, state: 'playing' });
}

/** Who was later is what these tests ask, and a clock is as right as a message is fast. */
function timePasses(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1_000);
  });
}

async function household() {
  const user = await service.live.api.createUser();
  const devices = {
    right: await openDevice(service, { user, deviceId: 'right' }),
    past: await openDevice(service, { user, deviceId: 'past', skewMs: SKEWS_MS[1970] }),
    future: await openDevice(service, { user, deviceId: 'future', skewMs: SKEWS_MS[2099] }),
  };
  return { user, ...devices, all: Object.values(devices) };
}

function untilAll(devices: readonly Device[], positionSeconds: number): Promise<unknown> {
  return Promise.all(
    devices.map(({ state }) =>
      until(state, () => state.progress.get('film')?.positionSeconds === positionSeconds),
    ),
  );
}

describe('devices whose clocks are at 1970 and at 2099', () => {
  it('[SDK3] agree with the others, and who was last counts', async () => {
    const { right, past, future, all } = await household();
    await Promise.all(all.map(untilOnline));
    const order = [future, right, past, future, past, right, past, right, future];
    for (const [index, device] of order.entries()) {
      watch(device, index + 1);
      await device.state.whenDurable();
      await untilAll(all, index + 1);
    }
    const nowMs = Date.now();
    for (const { state } of all) {
      const updatedAtMs = state.progress.get('film')?.updatedAtMs ?? 0;
      expect(Math.abs(updatedAtMs - nowMs)).toBeLessThan(30_000);
      expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    }
  });

  it('[SDK3] neither win nor lose for what was done offline, before the first connection', async () => {
    const user = await service.live.api.createUser();
    for (const order of [
      ['past', 'right', 'future'],
      ['future', 'right', 'past'],
      ['right', 'future', 'past'],
    ] as const) {
      const film = order.join();
      const isOfThis = (title: string) => title.startsWith(film);
      const devices: Device[] = [];
      for (const [index, name] of order.entries()) {
        const skewMs = name === 'right' ? 0 : SKEWS_MS[name === 'past' ? 1970 : 2099];
        const device = await openDevice(service, {
          user,
          deviceId: `${name}.${order.join('.')}`,
          skewMs,
        });
        // It has never heard of the service.
        device.setNetwork(false);
        await untilOffline(device);
        device.state.progress.set(film, {
          positionSeconds: index + 1,
          durationSeconds: 100,
          state: 'playing',
        });
        device.state.watchlist.add(`${film} ${name}`);
        devices.push(device);
        await timePasses();
      }
      // Back in any other order than that of the writes.
      for (const device of devices.toReversed()) {
        device.setNetwork(true);
        await device.state.whenDurable();
      }
      for (const { state } of devices) {
        await until(state, () => state.progress.get(film)?.positionSeconds === 3);
      }
      for (const device of devices) {
        await until(device.state, () => titlesOf(device).filter(isOfThis).length === 3);
        expect(device.state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
      }
      await closeDevices();
    }
  });

  it('[SDK3] that are set right while offline keep the order of what was done', async () => {
    const user = await service.live.api.createUser();
    const phone = await openDevice(service, { user, deviceId: 'phone' });
    await untilOnline(phone);
    let skewMs = SKEWS_MS[1970];
    const tv = await openDevice(service, {
      user,
      environment: { now: () => Date.now() + skewMs },
    });
    await untilOnline(tv);
    tv.setNetwork(false);
    await untilOffline(tv);
    watch(tv, 1);
    await timePasses();
    watch(phone, 2);
    await phone.state.whenDurable();
    skewMs = SKEWS_MS[2099];
    tv.state.watchlist.add('after the first jump');
    skewMs = 0;
    tv.state.watchlist.add('after the second');
    tv.setNetwork(true);
    await tv.state.whenDurable();
    await until(tv.state, () => tv.state.progress.get('film')?.positionSeconds === 2);
    expect(phone.state.progress.get('film')?.positionSeconds).toBe(2);
    watch(tv, 3);
    await tv.state.whenDurable();
    await untilAll([tv, phone], 3);
  });
});
