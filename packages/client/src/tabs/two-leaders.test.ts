import { expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeService } from '../testing/fake-service.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
import { createMemoryTabs } from '../testing/memory-tabs.ts';
import { openApp } from '../testing/open-app.ts';
import type { TabGroup } from './tab-group.ts';

it('[ENG2] a tab that led beside another, since a database hung, leaves it connected', async () => {
  const environment = new FakeEnvironment();
  const service = new FakeService(() => environment.trueMs);
  const storage = new FakeStorage();
  const browser = createMemoryTabs();
  let lose = (): void => undefined;
  function group(): TabGroup {
    let isLeading = true;
    return {
      ...browser.open(),
      lead(_, onLead, onLost) {
        queueMicrotask(onLead);
        lose = () => {
          isLeading = false;
          onLost();
        };
        return { confirm: () => isLeading || Promise.resolve(false), end: () => undefined };
      },
    };
  }
  const parts = { environment, service, storage };
  const really = await openApp({ ...parts, tabs: group() });
  const forAMoment = await openApp({ ...parts, tabs: group() });
  // As the service does with the older of two sessions of a device.
  service.sockets[0]?.end(4409);
  await settled();
  expect(really.state.status.get().haltedBy).toBe('device_replaced');
  lose();
  await environment.advance(1_000);
  expect(service.sockets.filter(({ isOpen }) => isOpen).length).toBe(1);
  expect(really.state.inspect()).toMatchObject({ isLeader: true, connection: { name: 'live' } });
  forAMoment.state.watchlist.add('film');
  await environment.advance(0);
  await forAMoment.state.whenDurable();
  expect(really.state.watchlist.has('film')).toBe(true);
  await Promise.all([really.state.close(), forAMoment.state.close()]);
});
