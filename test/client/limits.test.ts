import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import {
  closeDevices,
  openDevice,
  openService,
  untilOnline,
  type RestartableService,
} from './support.ts';

/** 100 ops in 10 s. */
const RATE = 10;

let service: RestartableService;
beforeAll(async () => {
  service = await openService(inject('postgresUrl'), Date.now, {
    CUEPOINT_RATE_LIMIT: String(RATE),
  });
});
afterEach(closeDevices);
afterAll(() => service.close());

it('[SEC3] [SDK2] an app that pushes more than it may waits as long as it is told, and loses nothing', async () => {
  const user = await service.live.api.createUser();
  const tv = await openDevice(service, { user });
  await untilOnline(tv);
  const heard: string[] = [];
  tv.attempts[0]?.socket.on('message', (data: Buffer) => heard.push(data.toString()));
  const isRefused = () => heard.some((text) => text.includes('opsPer10Seconds'));
  let films = 0;
  // A slow machine may take so long for one lot that there is room again for the next.
  for (let lots = 0; lots < 5 && !isRefused(); lots += 1) {
    for (let count = 0; count < 103; count += 1) {
      tv.state.watchlist.add(`film ${films}`);
      films += 1;
    }
    await tv.state.whenDurable();
  }
  expect(isRefused()).toBe(true);
  expect(tv.state.deadLetters.list()).toEqual([]);
  expect(tv.attempts).toHaveLength(1);
  const { items } = await service.live.api.parts.repository.listWatchlist(user.userId, {
    limit: 600,
  });
  expect(items.length).toBe(films);
});

it('[SEC3] [SDK2] past the quota an app sees each new change as a dead letter, while what is stored is changed and removed', async () => {
  const full = await openService(inject('postgresUrl'), Date.now, { CUEPOINT_ROWS_PER_USER: '10' });
  const user = await full.live.api.createUser();
  const { state } = await openDevice(full, { user });
  let added = 0;
  while (state.deadLetters.list().length === 0 && added < 20) {
    state.watchlist.add(`film ${added}`);
    added += 1;
    await state.whenDurable().catch(() => undefined);
  }
  const [letter] = state.deadLetters.list();
  expect(letter).toMatchObject({ code: 'quota_exceeded' });
  // Rows are counted behind the writes.
  const stored = state.watchlist.list().length;
  expect([stored, letter?.op.contentId]).toEqual([added - 1, `film ${added - 1}`]);
  expect(stored).toBeGreaterThanOrEqual(10);
  expect(stored).toBeLessThan(15);
  state.deadLetters.discard(letter?.id ?? '');
  state.watchlist.remove('film 3');
  await state.whenDurable();
  expect(await user.call('PUT', '/watchlist/another')).toMatchObject({
    status: 403,
    body: { code: 'quota_exceeded', limit: { name: 'rowsPerUser', value: 10 } },
  });
  const { items } = await full.live.api.parts.repository.listWatchlist(user.userId, { limit: 200 });
  expect(items.length).toBe(stored - 1);
  await full.close();
});
