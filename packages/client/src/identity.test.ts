import { describe, expect, it } from 'vitest';
import { FakeEnvironment, settled } from './testing/fake-environment.ts';
import { FakeService, fakeToken } from './testing/fake-service.ts';
import { FakeStorage } from './testing/fake-storage.ts';
import { createMemoryTabs } from './testing/memory-tabs.ts';
import { DEVICE, openApp, shown } from './testing/open-app.ts';

function device() {
  const environment = new FakeEnvironment();
  const service = new FakeService(() => environment.trueMs);
  return { environment, service, storage: new FakeStorage() };
}

const WITHOUT_ID = { deviceType: 'TV', platform: 'test', appVersion: '1' } as const;
const offline = () => {
  throw new Error('no network');
};

describe('users of one device', () => {
  it('[SDK9] have a replica and an outbox each', async () => {
    const parts = device();
    parts.service.acknowledges = false;
    const ada = await openApp({ ...parts, subject: 'ada' });
    ada.state.watchlist.add("Ada's");
    await settled();
    await ada.state.close();
    parts.service.acknowledges = true;
    const ben = await openApp({ ...parts, subject: 'ben' });
    expect(shown(ben.state).watchlist).toEqual([]);
    expect(ben.state.status.get().pending).toBe(0);
    ben.state.watchlist.add("Ben's");
    await settled();
    await ben.state.close();
    const again = await openApp({ ...parts, subject: 'ada' });
    expect(shown(again.state).watchlist).toEqual(["Ada's"]);
    const pushed = parts.service.pushes.flatMap(({ userId, ops }) =>
      ops.map(({ contentId }) => `${userId} ${contentId}`),
    );
    expect(new Set(pushed)).toEqual(new Set(["user-ada Ada's", "user-ben Ben's"]));
    await again.state.close();
  });

  it('[SDK9] change where a token is of somebody else; what waits for the one is never pushed for the other', async () => {
    const parts = device();
    let subject = 'ada';
    const { state } = await openApp({ ...parts, getToken: () => fakeToken(subject) });
    parts.service.cut();
    await settled();
    state.watchlist.add("Ada's");
    const durable = state.whenDurable();
    subject = 'ben';
    parts.service.isReachable = true;
    await parts.environment.advance(30_000);
    await expect(durable).rejects.toMatchObject({ code: 'closed' });
    expect(state.status.get()).toMatchObject({ userId: 'user-ben', pending: 0 });
    expect(shown(state).watchlist).toEqual([]);
    expect(parts.service.pushes).toEqual([]);
    subject = 'ada';
    parts.service.socket.end();
    await parts.environment.advance(30_000);
    expect(shown(state).watchlist).toEqual(["Ada's"]);
    expect(parts.service.pushes.map(({ userId }) => userId)).toEqual(['user-ada']);
    await state.close();
  });

  it('[SDK9] whose names begin with each other keep what is theirs', async () => {
    const parts = device();
    parts.service.isReachable = false;
    for (const subject of ['a', 'ab', 'abc|', 'a%']) {
      const { state } = await openApp({ ...parts, subject });
      state.watchlist.add(`of ${subject}`);
      await state.whenStored();
      await state.close();
    }
    parts.service.isReachable = true;
    for (const subject of ['a', 'ab', 'abc|', 'a%']) {
      const { state } = await openApp({ ...parts, subject });
      expect(shown(state).watchlist).toEqual([`of ${subject}`]);
      expect(state.status.get().pending).toBe(0);
      await state.close();
    }
  });

  it('[SDK9] take on what was written before anybody had said who they are, once', async () => {
    const parts = device();
    parts.service.isReachable = false;
    let isKnown = false;
    const getToken = () => (isKnown ? fakeToken('ada') : offline());
    const { state } = await openApp({ ...parts, getToken });
    state.watchlist.add('early');
    const durable = state.whenDurable();
    isKnown = true;
    parts.service.isReachable = true;
    await parts.environment.advance(60_000);
    await durable;
    expect(shown(state).watchlist).toEqual(['early']);
    const namespaces = await parts.storage.namespaces();
    expect(namespaces.sort()).toEqual([
      'https://media.test|device|',
      'https://media.test|u|user-ada|',
    ]);
    await state.close();
    expect(parts.service.storeOf('ada').log.length).toBe(1);
  });

  it('[SDK9] are shown what they knew where there is no token and no network', async () => {
    const parts = device();
    const first = await openApp(parts);
    first.state.watchlist.add('film');
    await parts.environment.advance(0);
    await first.state.close();
    const { state } = await openApp({ ...parts, getToken: offline });
    expect(shown(state).watchlist).toEqual(['film']);
    await state.close();
  });

  it('[SDK9] that sign out are not shown to who comes next, and find what waits again', async () => {
    const parts = device();
    const first = await openApp(parts);
    first.state.watchlist.add('synced');
    await parts.environment.advance(0);
    parts.service.cut();
    await settled();
    first.state.watchlist.add('waiting');
    await first.state.signOut({ wipe: false });
    const nobody = await openApp({ ...parts, getToken: offline });
    expect(shown(nobody.state).watchlist).toEqual([]);
    await nobody.state.close();
    parts.service.isReachable = true;
    const again = await openApp(parts);
    await parts.environment.advance(0);
    expect(shown(again.state).watchlist).toEqual(['synced', 'waiting']);
    expect(again.state.status.get().pending).toBe(0);
    await again.state.close();
  });

  it('[SDK9] that sign out for good leave nothing, whatever was on its way', async () => {
    const parts = device();
    const { state } = await openApp(parts);
    state.watchlist.add('film');
    const release = parts.storage.hold();
    state.watchlist.add('other');
    state.progress.set('film', { positionSeconds: 1, durationSeconds: 9, state: 'playing' });
    const gone = state.signOut({ wipe: true });
    await settled();
    release();
    await gone;
    await parts.environment.advance(60_000);
    expect(await parts.storage.namespaces()).toEqual(['https://media.test|device|']);
    const left = JSON.stringify(await parts.storage.read('https://media.test|device|'));
    expect(left).not.toContain('ada');
    expect(parts.environment.timers).toEqual([]);
  });

  it('are told where the device could not delete what is theirs', async () => {
    const parts = device();
    const { state } = await openApp(parts);
    parts.storage.isFailing = true;
    const gone = state.signOut({ wipe: true });
    gone.catch(() => undefined);
    await parts.environment.advance(1_000);
    await expect(gone).rejects.toMatchObject({ code: 'storage_failed' });
  });

  it('that were erased leave nothing of theirs, and nobody waits for them', async () => {
    const parts = device();
    const { state } = await openApp(parts);
    parts.service.acknowledges = false;
    state.watchlist.add('film');
    const durable = state.whenDurable();
    await settled();
    parts.service.socket.end(4410);
    await expect(durable).rejects.toMatchObject({ code: 'closed' });
    await settled();
    expect(shown(state).watchlist).toEqual([]);
    expect(await parts.storage.namespaces()).toEqual(['https://media.test|device|']);
    await state.close();
  });
});

describe('the id of a device', () => {
  it('is minted once, and kept', async () => {
    const parts = device();
    const first = await openApp({ ...parts, device: WITHOUT_ID });
    const { thisDeviceId } = first.state.devices;
    await first.state.close();
    const next = await openApp({ ...parts, device: WITHOUT_ID });
    expect(next.state.devices.thisDeviceId).toBe(thisDeviceId);
    await next.state.close();
  });

  it('[SDK6] is the same in tabs that start at the same moment', async () => {
    const parts = device();
    const tabs = createMemoryTabs();
    const apps = await Promise.all(
      ['a', 'b', 'c'].map((seed) =>
        openApp({
          ...parts,
          environment: new FakeEnvironment({ seed }),
          device: WITHOUT_ID,
          tabs: tabs.open(),
        }),
      ),
    );
    expect(new Set(apps.map(({ state }) => state.devices.thisDeviceId)).size).toBe(1);
    await Promise.all(apps.map(({ state }) => state.close()));
  });

  it('is not written over where it could not be read', async () => {
    const parts = device();
    const first = await openApp({ ...parts, device: WITHOUT_ID });
    const { thisDeviceId } = first.state.devices;
    await first.state.close();
    parts.storage.isFailing = true;
    const opening = openApp({ ...parts, device: WITHOUT_ID });
    await parts.environment.advance(10_000);
    const { state } = await opening;
    parts.storage.isFailing = false;
    await parts.environment.advance(10_000);
    await state.close();
    const next = await openApp({ ...parts, device: WITHOUT_ID });
    expect(next.state.devices.thisDeviceId).toBe(thisDeviceId);
    await next.state.close();
  });

  it('[SDK2] that was removed is a new one next time, and what waits goes with it', async () => {
    const parts = device();
    const first = await openApp({ ...parts, device: WITHOUT_ID });
    parts.service.acknowledges = false;
    first.state.watchlist.add('sent');
    await settled();
    parts.service.socket.end(4403);
    await settled();
    first.state.watchlist.add('unsent');
    await first.state.close();
    parts.service.acknowledges = true;
    const next = await openApp({
      ...parts,
      environment: new FakeEnvironment({ seed: 'b' }),
      device: WITHOUT_ID,
    });
    await settled();
    const { thisDeviceId } = next.state.devices;
    expect(thisDeviceId).not.toBe(first.state.devices.thisDeviceId);
    expect(next.state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    expect(shown(next.state).watchlist).toEqual(['sent', 'unsent']);
    // The first was stored under the former id, and came with the changes.
    const { set } = parts.service.storeOf('ada');
    expect([...set.contentIds()].sort()).toEqual(['sent', 'unsent']);
    const stamps = new Map([...set.entries()].map(({ tag, added }) => [tag, added]));
    const known = next.state.inspect().acknowledged;
    expect(known.length).toBe(2);
    for (const op of known) {
      expect(op).toMatchObject(op.kind === 'watchlist.add' ? (stamps.get(op.tag) ?? {}) : {});
    }
    await next.state.close();
  });

  it('is refused where it is none', async () => {
    const opening = openApp({ device: { ...DEVICE, deviceId: 'has a space' } });
    await expect(opening).rejects.toMatchObject({ code: 'invalid_device_id' });
  });
});
