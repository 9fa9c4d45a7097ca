// Two devices of one person with the client SDK: what one does shows on the other, offline and back, and a film moves
// from the TV to the phone. Runs against CUEPOINT_ADDRESS (a service in development mode), or starts one for itself.
import { createWatchState, memoryStorage, type WatchState } from '@cuepoint/client';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startServiceProcess } from '../test/support/service-process.ts';

const FILM = 'film:metropolis';
const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-example-'));
const given = process.env['CUEPOINT_ADDRESS'];
const service =
  given === undefined
    ? await startServiceProcess({ port: 0, env: { CUEPOINT_DATA_DIR: dataDir } })
    : undefined;
const address = given ?? service?.address ?? '';
const userId = crypto.randomUUID();

const [tv, phone] = [await openDevice('tv', 'TV'), await openDevice('phone', 'Phone')];
await until(tv.state, () => tv.state.devices.list().length === 2);

console.log('1. The TV puts a film on the list.');
tv.state.watchlist.add(FILM);
await tv.state.whenDurable();
await until(phone.state, () => phone.state.watchlist.has(FILM));
console.log('   It is stored by the service, and the phone shows it.');

console.log(
  '2. Both go offline. The TV plays to 10:00 and removes the film; the phone plays to 20:00.',
);
for (const device of [tv, phone]) await device.goOffline();
tv.state.progress.set(FILM, { positionSeconds: 600, durationSeconds: 9_180, state: 'paused' });
tv.state.watchlist.remove(FILM);
// The order of what happens offline on two devices is as good as the measure of their clocks: some milliseconds.
await pause(100);
phone.state.progress.set(FILM, { positionSeconds: 1_200, durationSeconds: 9_180, state: 'paused' });
phone.state.watchlist.remove(FILM);
phone.state.watchlist.add(FILM);
show('   On the TV', tv.state);
show('   On the phone', phone.state);

console.log(
  '3. Both come back. The later position wins; the phone’s new add survives the TV’s removal.',
);
for (const device of [tv, phone]) device.comeBack();
await Promise.all([tv.state.whenDurable(), phone.state.whenDurable()]);
await until(
  tv.state,
  () => tv.state.progress.resume(FILM) === 1_200 && tv.state.watchlist.has(FILM),
);
show('   On the TV', tv.state);
show('   On the phone', phone.state);
assert.deepEqual(shown(tv.state), shown(phone.state));

console.log('4. The TV hands the film to the phone.');
const played: string[] = [];
phone.state.devices.onCommand((command) => {
  if (command.action !== 'load') return undefined;
  played.push(`the phone plays ${command.contentId} from ${command.positionSeconds} s`);
  return 'applied';
});
tv.state.devices.onCommand((command) => {
  if (command.action !== 'stop') return undefined;
  played.push('the TV stops');
  return 'applied';
});
const handedOff = await tv.state.devices.handOff('phone', { contentId: FILM });
assert.equal(handedOff.outcome, 'applied');
assert.deepEqual(played, [`the phone plays ${FILM} from 1200 s`, 'the TV stops']);
console.log(`   First ${played[0]}, then ${played[1]}.`);

for (const { state } of [tv, phone]) await state.close();
await service?.stop();
await rm(dataDir, { recursive: true, force: true });

/** A device with a plug that can be pulled. */
async function openDevice(deviceId: string, deviceType: 'TV' | 'Phone') {
  const sockets = new Set<WebSocket>();
  let isPlugged = true;
  const state = await createWatchState({
    url: address,
    getToken,
    device: { deviceId, deviceType, platform: 'Node', appVersion: '1.0.0' },
    storage: memoryStorage(),
    createSocket(url) {
      if (!isPlugged) throw new Error('there is no network');
      const socket = new WebSocket(url);
      sockets.add(socket);
      return socket;
    },
  });
  return {
    state,
    async goOffline() {
      isPlugged = false;
      for (const socket of sockets) socket.terminate();
      await until(state, () => !state.status.get().isOnline);
    },
    comeBack() {
      isPlugged = true;
      state.reconnect();
    },
  };
}

/** Of the app's own sign-in, in a product. */
async function getToken(): Promise<string> {
  const response = await fetch(`${address}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}

function until(state: WatchState, isReached: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isReached()) return;
      for (const end of endings) end();
      resolve();
    };
    const { watchlist, progress, devices, status } = state;
    const endings = [watchlist, progress, devices, status].map((part) => part.subscribe(look));
    look();
  });
}

function shown({ watchlist, progress }: WatchState) {
  return {
    list: watchlist.list().map(({ contentId }) => contentId),
    resume: progress.resume(FILM),
  };
}

function show(where: string, state: WatchState): void {
  const { list, resume } = shown(state);
  const { pending } = state.status.get();
  console.log(`${where}: [${list.join(', ')}], resume at ${resume} s, ${pending} changes wait.`);
}
