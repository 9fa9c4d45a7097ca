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
  const films = Array.from({ length: 103 }, (_, index) => `film ${index}`);
  for (const film of films) tv.state.watchlist.add(film);
  await tv.state.whenDurable();
  const heard: string[] = [];
  tv.attempts[0]?.socket.on('message', (data: Buffer) => heard.push(data.toString()));
  tv.state.watchlist.add('one more');
  await tv.state.whenDurable();
  expect(heard.find((text) => text.includes('opsPer10Seconds'))).toBeDefined();
  expect(tv.state.deadLetters.list()).toEqual([]);
  expect(tv.attempts).toHaveLength(1);
  const { total } = await service.live.api.parts.repository.listWatchlist(user.userId, {
    limit: 1,
  });
  expect(total).toBe(films.length + 1);
});
