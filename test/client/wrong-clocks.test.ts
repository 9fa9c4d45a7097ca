import { createMaintenance } from '@cuepoint/store';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { createTestLive } from '../../packages/server/src/testing/test-live.ts';
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

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let service: RestartableService;
/** What the wall clock of the service is off, in ms; that of the database is right. */
let skewMs = 0;
const now = () => Date.now() + skewMs;

beforeAll(async () => {
  service = await openService(inject('postgresUrl'), now);
});
beforeEach(() => {
  skewMs = 0;
});
afterEach(closeDevices);
afterAll(() => service.close());

async function household() {
  const user = await service.live.api.createUser();
  const [tv, phone] = [
    await openDevice(service, { user, deviceId: 'tv' }),
    await openDevice(service, { user, deviceId: 'phone' }),
  ];
  await Promise.all([tv, phone].map(untilOnline));
  return { user, tv, phone };
}

function watch({ state }: Device, film: string, positionSeconds: number): void {
  state.progress.set(film, { positionSeconds, durationSeconds: 7_200, state: 'playing' });
}

function placesOf({ state }: Device): Record<string, number> {
  return Object.fromEntries(
    state.progress.list().map(({ contentId, positionSeconds }) => [contentId, positionSeconds]),
  );
}

/** Everything is acknowledged, and both screens and the service agree. */
async function expectAll(
  user: TestUser,
  devices: readonly Device[],
  expected: { titles: string[]; places: Record<string, number> },
): Promise<void> {
  for (const device of devices) {
    const { state } = device;
    await state.whenDurable();
    const isThere = () =>
      JSON.stringify(titlesOf(device)) === JSON.stringify(expected.titles) &&
      Object.entries(expected.places).every(([film, at]) => placesOf(device)[film] === at);
    await until(state, isThere);
    expect(placesOf(device)).toEqual(expected.places);
    expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
  }
  // The service may be another one than the user was created on.
  const { items } = (await service.live.api.call('GET', '/progress', { token: user.token })).body;
  const stored = items.map((item: { contentId: string; positionSeconds: number }) => [
    item.contentId,
    item.positionSeconds,
  ]);
  expect(Object.fromEntries(stored)).toEqual(expected.places);
}

async function goOn({ tv, phone, user }: Awaited<ReturnType<typeof household>>): Promise<void> {
  watch(tv, 'first', 3_600);
  tv.state.watchlist.add('film');
  watch(tv, 'third', 5);
  await expectAll(user, [tv, phone], {
    titles: ['film'],
    places: { first: 3_600, second: 10, third: 5 },
  });
  watch(phone, 'first', 3_700);
  await expectAll(user, [phone, tv], {
    titles: ['film'],
    places: { first: 3_700, second: 10, third: 5 },
  });
}

it('[HLC4] [SDK2] a service that comes back half an hour behind takes what the TV goes on with', async () => {
  const home = await household();
  watch(home.tv, 'first', 3_000);
  watch(home.phone, 'second', 10);
  await expectAll(home.user, [home.tv, home.phone], {
    titles: [],
    places: { first: 3_000, second: 10 },
  });
  await service.stop();
  await untilOffline(home.tv);
  skewMs = -30 * MINUTE_MS;
  await service.start();
  for (const device of [home.tv, home.phone]) device.state.reconnect();
  await goOn(home);
});

it.each([
  ['back an hour', -HOUR_MS],
  ['back three days', -3 * DAY_MS],
  ['ahead a minute and a half', 1.5 * MINUTE_MS],
])(
  '[HLC4] [SDK2] a service whose clock is set %s while it runs takes what comes next',
  async (_, byMs) => {
    const home = await household();
    watch(home.tv, 'first', 3_000);
    watch(home.phone, 'second', 10);
    await expectAll(home.user, [home.tv, home.phone], {
      titles: [],
      places: { first: 3_000, second: 10 },
    });
    skewMs += byMs;
    await goOn(home);
  },
);

it('[HLC4] [CUR4] after three days ahead, with a title collected and one erased, all goes on at once', async () => {
  skewMs = 3 * DAY_MS;
  const { tv, phone, user } = await household();
  tv.state.watchlist.add('film');
  watch(tv, 'first', 1);
  await tv.state.whenDurable();
  tv.state.watchlist.remove('film');
  await tv.state.whenDurable();
  const { api } = service.live;
  const options = { now, retentionMs: 0, gcGraceMs: 0 };
  const maintenance = createMaintenance(api.database, options);
  await maintenance.collectGarbage();
  await maintenance.collectGarbage();
  skewMs = 0;
  for (const device of [tv, phone]) {
    device.state.watchlist.add('film');
    await device.state.whenDurable();
  }
  watch(phone, 'first', 2);
  await expectAll(user, [phone, tv], { titles: ['film'], places: { first: 2 } });

  skewMs = 3 * DAY_MS;
  expect((await user.call('DELETE', '/user')).status).toBe(204);
  for (const { state } of [tv, phone]) {
    // It was told, or its connection did not outlive the jump of the clock and it read that nothing is left.
    await until(state, () => state.progress.get('first') === undefined);
  }
  skewMs = 0;
  for (const device of [tv, phone]) device.state.reconnect();
  await Promise.all([tv, phone].map(untilOnline));
  watch(tv, 'first', 7);
  tv.state.watchlist.add('other');
  await expectAll(user, [tv, phone], { titles: ['other'], places: { first: 7 } });
});

it('[HLC4] [CUR4] floors and erasures that are ahead already keep out what came before, and nothing else', async () => {
  const { tv, user } = await household();
  const { api } = service.live;
  const aheadMs = Date.now() + 3 * DAY_MS;
  tv.state.watchlist.add('old');
  await tv.state.whenDurable();
  const [old] = tv.state.inspect().acknowledged;
  if (old === undefined) throw new Error('nothing was acknowledged');
  const { schema } = api.database;
  await api.database.execute(`delete from "${schema}".user_watchlists where user_id = $1::uuid`, [
    user.userId,
  ]);
  await api.database.execute(
    `insert into "${schema}".user_floors (user_id, collected_physical, collected_logical)
     values ($1::uuid, $2, 3)`,
    [user.userId, aheadMs],
  );
  await api.database.execute(
    `insert into "${schema}".user_erasures (user_id, erased_physical, erased_at)
     values ($1::uuid, $2, now())`,
    [user.userId, aheadMs - HOUR_MS],
  );
  expect(await api.parts.persistence.persistOp(user.userId, old)).toMatchObject({
    code: 'stale_op',
  });
  tv.state.watchlist.add('new');
  watch(tv, 'film', 5);
  await tv.state.whenDurable();
  watch(tv, 'film', 6);
  tv.state.watchlist.remove('new');
  await tv.state.whenDurable();
  expect(tv.state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
  expect((await user.call('GET', '/progress/film')).body).toMatchObject({ positionSeconds: 6 });
  expect((await user.call('GET', '/watchlist')).body.items).toEqual([]);
});

it('[HLC4] two instances an hour apart take what the other has stored', async () => {
  const user = await service.live.api.createUser();
  const { database } = service.live.api;
  const ahead = await createTestLive({
    databaseUrl: inject('postgresUrl'),
    schema: database.schema,
    now: () => Date.now() + HOUR_MS,
  });
  try {
    // The token is good on both.
    const token = await ahead.token({ userId: user.userId });
    const [tv, phone] = [
      await openDevice({ live: ahead }, { user: { ...user, token }, deviceId: 'tv' }),
      await openDevice(service, { user: { ...user, token }, deviceId: 'phone' }),
    ];
    await Promise.all([tv, phone].map(untilOnline));
    for (const [index, device] of [tv, phone, tv, phone].entries()) {
      watch(device, 'film', index + 1);
      device.state.watchlist.add(`film-${index}`);
      await device.state.whenDurable();
      // The feeds of the two are not connected: a device hears of the other at its next welcome.
      for (const other of [tv, phone]) {
        other.setNetwork(false);
        await untilOffline(other);
        other.setNetwork(true);
        await untilOnline(other);
        await until(other.state, () => placesOf(other)['film'] === index + 1);
      }
    }
    await expectAll(user, [tv, phone], {
      titles: ['film-0', 'film-1', 'film-2', 'film-3'],
      places: { film: 4 },
    });
  } finally {
    await closeDevices();
    await ahead.close();
  }
});
