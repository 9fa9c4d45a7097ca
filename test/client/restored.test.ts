import { renewIncarnation } from '@cuepoint/store';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TestUser } from '../../packages/server/src/testing/test-api.ts';
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

const at = (positionSeconds: number) =>
  ({ positionSeconds, durationSeconds: 7_000, state: 'paused' }) as const;

/** The service comes back on a database that lacks what these statements take away, as after a restore. */
async function restore(user: TestUser, ...statements: readonly string[]): Promise<void> {
  const { database } = service.live.api;
  for (const text of statements) {
    await database.execute(text.replaceAll('cuepoint.', `"${database.schema}".`), [user.userId]);
  }
  await renewIncarnation(database);
  await service.stop();
  await service.start();
}

const LOSE_LATER_TITLES =
  "delete from cuepoint.user_watchlists where user_id = $1 and content_id like 'later%'";
const LOSE_POSITION = `update cuepoint.user_progress
  set position_seconds = 100, timestamp_physical = timestamp_physical - 1000 where user_id = $1`;
const LOSE_REMOVAL = `update cuepoint.user_watchlists
  set is_removed = false, removed_at = null, removed_by = null, removed_physical = null, removed_logical = null
  where user_id = $1 and content_id = 'removed'`;

async function backOnline(...devices: readonly Device[]): Promise<void> {
  await Promise.all(devices.map(({ attempts }) => untilNewAttempt(attempts)));
  await Promise.all(devices.map(untilOnline));
  await Promise.all(devices.map(({ state }) => state.whenDurable()));
}

async function untilNewAttempt(attempts: Device['attempts']): Promise<void> {
  const last = attempts.at(-1);
  while (attempts.at(-1) === last) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

describe('devices of a service whose database was restored', () => {
  it('[CUR6] bring back what it has lost, and every screen agrees', async () => {
    const user = await service.live.api.createUser();
    const [tv, phone, away] = [
      await openDevice(service, { user }),
      await openDevice(service, { user, deviceId: 'phone' }),
      await openDevice(service, { user, deviceId: 'away' }),
    ];
    tv.state.watchlist.add('early');
    tv.state.watchlist.add('removed');
    tv.state.progress.set('early', at(100));
    await tv.state.whenDurable();
    await until(away.state, () => away.state.watchlist.size === 2);
    phone.state.watchlist.add('later on the phone');
    away.state.watchlist.add('later, away');
    await Promise.all([phone.state.whenDurable(), away.state.whenDurable()]);
    away.setNetwork(false);
    await untilOffline(away);
    tv.state.progress.set('early', at(3_000));
    tv.state.watchlist.remove('removed');
    await tv.state.whenDurable();
    await until(phone.state, () => phone.state.progress.resume('early') === 3_000);
    await until(phone.state, () => phone.state.watchlist.size === 3);

    await restore(user, LOSE_LATER_TITLES, LOSE_POSITION, LOSE_REMOVAL);
    await backOnline(tv, phone);
    const fresh = await openDevice(service, { user, deviceId: 'new' });
    await untilOnline(fresh);
    away.setNetwork(true);
    await untilOnline(away);
    await away.state.whenDurable();
    const titles = ['early', 'later on the phone', 'later, away'];
    for (const device of [tv, phone, away, fresh]) {
      await until(device.state, () => titlesOf(device).join() === titles.join());
      await until(device.state, () => device.state.progress.resume('early') === 3_000);
      expect(device.state.deadLetters.list()).toEqual([]);
      expect(device.state.status.get().pending).toBe(0);
    }
  });

  it('[CUR6] [CUR4] let go of what the floors refuse, and every screen agrees', async () => {
    const user = await service.live.api.createUser();
    const [tv, phone] = [
      await openDevice(service, { user }),
      await openDevice(service, { user, deviceId: 'phone' }),
    ];
    tv.state.watchlist.add('early');
    tv.state.watchlist.add('later, and collected');
    await tv.state.whenDurable();
    await until(phone.state, () => phone.state.watchlist.size === 2);
    await restore(
      user,
      LOSE_LATER_TITLES,
      `insert into cuepoint.user_floors (user_id, collected_physical, collected_logical)
       select $1, max(timestamp_physical) + 1000, 0 from cuepoint.user_watchlists where user_id = $1`,
    );
    await backOnline(tv, phone);
    for (const device of [tv, phone]) {
      expect(titlesOf(device)).toEqual(['early']);
      expect(device.state.deadLetters.list()).toEqual([]);
    }
  });

  it('[CUR6] ask nothing of a device after a restart alone', async () => {
    const user = await service.live.api.createUser();
    const tv = await openDevice(service, { user });
    tv.state.watchlist.add('film');
    await tv.state.whenDurable();
    await service.stop();
    await service.start();
    const welcomes: boolean[] = [];
    const end = tv.state.status.subscribe(() => {
      welcomes.push(tv.state.status.get().pending > 0);
    });
    await backOnline(tv);
    end();
    expect(welcomes).not.toContain(true);
    expect(titlesOf(tv)).toEqual(['film']);
  });
});
