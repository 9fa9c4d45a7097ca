// Cuepoint as a library: no service, one directory, and the state is there again after a restart.
import { openDatabase, migrate, openWatchState, SyncPersistence } from '@cuepoint/store';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-example-'));
const who = { userId: '6f1c1f4e-52a3-4c8e-9d3c-0d1f2a3b4c5d', deviceId: 'living-room-tv' };

async function open() {
  // With `url: 'postgres://…'` in place of `dataDir` the same program runs on PostgreSQL.
  const database = await openDatabase({ dataDir });
  await migrate(database, { direction: 'up' });
  const persistence = new SyncPersistence(database);
  return { persistence, state: await openWatchState(persistence, who) };
}

const first = await open();
first.state.watchlist.add('film:metropolis');
first.state.watchlist.add('film:m');
first.state.watchlist.remove('film:m');
first.state.progress.set('film:metropolis', {
  positionSeconds: 1_800,
  durationSeconds: 9_180,
  state: 'paused',
});
first.state.devices.register({
  deviceId: who.deviceId,
  deviceType: 'TV',
  platform: 'Tizen',
  appVersion: '1.0.0',
  deviceName: 'Living room',
  capabilities: { maxResolution: 'UHD_4K', remoteControllable: true },
});
await first.state.whenDurable(); // every change above is on the disk from here on
await first.persistence.stop();

const second = await open();
assert.deepEqual(
  second.state.watchlist.list().map((item) => item.contentId),
  ['film:metropolis'],
);
assert.equal(second.state.progress.resumePosition('film:metropolis'), 1_800);
assert.equal(second.state.devices.online().length, 1);
await second.persistence.stop();
await rm(dataDir, { recursive: true });
console.log('The same state after a restart: 1 film on the list, resumed at 1,800 s, 1 device.');
