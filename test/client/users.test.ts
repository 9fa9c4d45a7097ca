import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeStorage } from '../../packages/client/src/testing/fake-storage.ts';
import {
  closeDevices,
  openDevice,
  openService,
  titlesOf,
  until,
  untilOffline,
  untilOnline,
  type RestartableService,
} from './support.ts';

let service: RestartableService;
beforeAll(async () => {
  service = await openService(inject('postgresUrl'));
});
afterEach(closeDevices);
afterAll(() => service.close());

async function titlesStored(user: {
  call: (method: string, path: string) => Promise<{ body: { items: { contentId: string }[] } }>;
}) {
  const { body } = await user.call('GET', '/watchlist');
  return body.items.map(({ contentId }) => contentId).sort();
}

describe('two users of one device', () => {
  it('[SDK9] have what is theirs, and nothing of one goes over a connection of the other', async () => {
    const [ada, ben] = [await service.live.api.createUser(), await service.live.api.createUser()];
    let { token } = ada;
    const tv = await openDevice(service, { user: ada, getToken: () => token });
    tv.state.watchlist.add("Ada's");
    await tv.state.whenDurable();
    tv.setNetwork(false);
    await untilOffline(tv);
    tv.state.watchlist.add("Ada's, offline");
    const durable = tv.state.whenDurable();
    ({ token } = ben);
    tv.setNetwork(true);
    await expect(durable).rejects.toMatchObject({ code: 'closed' });
    await until(tv.state, () => tv.state.status.get().userId === ben.userId);
    await untilOnline(tv);
    expect(titlesOf(tv)).toEqual([]);
    tv.state.watchlist.add("Ben's");
    await tv.state.whenDurable();
    expect(await titlesStored(ada)).toEqual(["Ada's"]);
    expect(await titlesStored(ben)).toEqual(["Ben's"]);
    ({ token } = ada);
    tv.setNetwork(false);
    await untilOffline(tv);
    tv.setNetwork(true);
    await until(tv.state, () => tv.state.status.get().userId === ada.userId);
    await tv.state.whenDurable();
    expect(titlesOf(tv)).toEqual(["Ada's", "Ada's, offline"]);
    expect(await titlesStored(ada)).toEqual(["Ada's", "Ada's, offline"]);
  });

  it('[SDK9] leave nothing when they sign out for good, and their state when they do not', async () => {
    const user = await service.live.api.createUser();
    const storage = new FakeStorage();
    const first = await openDevice(service, { user, storage });
    first.state.watchlist.add('film');
    await first.state.whenDurable();
    first.setNetwork(false);
    await untilOffline(first);
    first.state.watchlist.add('waits');
    await first.state.signOut({ wipe: false });
    const second = await openDevice(service, { user, storage });
    await second.state.whenDurable();
    expect(await titlesStored(user)).toEqual(['film', 'waits']);
    second.state.watchlist.add('more');
    await second.state.signOut({ wipe: true });
    expect(await storage.namespaces()).toEqual(['http://service.test|device|']);
    expect(() => second.state.watchlist.add('too late')).toThrow('This watch state was closed.');
  });

  it('[SDK9] what was written before anybody had signed in is of who does', async () => {
    const user = await service.live.api.createUser();
    let token = '';
    const tv = await openDevice(service, { user, getToken: () => token });
    await until(tv.state, () => tv.state.status.get().haltedBy === 'signed_out');
    tv.state.watchlist.add('early');
    ({ token } = user);
    tv.state.reconnect();
    await tv.state.whenDurable();
    expect(titlesOf(tv)).toEqual(['early']);
    expect(await titlesStored(user)).toEqual(['early']);
    // One connection was enough for it.
    expect(tv.attempts.length).toBe(1);
  });

  it('[SDK9] a device that was removed comes back under a new id, with what waited', async () => {
    const user = await service.live.api.createUser();
    const device = { deviceType: 'TV', platform: 'test', appVersion: '1' } as const;
    const first = await openDevice(service, { user, device });
    await untilOnline(first);
    const { thisDeviceId } = first.state.devices;
    const path = `/devices/${thisDeviceId}`;
    // It is welcomed before it is written down.
    await expect.poll(async () => (await user.call('GET', path)).status).toBe(200);
    expect((await user.call('DELETE', path)).status).toBe(204);
    await until(first.state, () => first.state.status.get().haltedBy === 'device_revoked');
    first.state.watchlist.add('film');
    await first.state.close();
    const next = await openDevice(service, { user, device, storage: first.storage });
    await next.state.whenDurable();
    expect(next.state.devices.thisDeviceId).not.toBe(thisDeviceId);
    expect(await titlesStored(user)).toEqual(['film']);
  });
});
