import { expect, it } from 'vitest';
import { openApp } from './testing/open-app.ts';

const WITHOUT_ID = { deviceType: 'TV', platform: 'test', appVersion: '1' } as const;

it('[ENG3] a device that is replaced by a copy connects under a new id, and is never halted', async () => {
  const { state, environment, service } = await openApp({ device: WITHOUT_ID });
  const id = state.devices.thisDeviceId;
  const halts: unknown[] = [];
  state.status.subscribe(() => halts.push(state.status.get().haltedBy));
  service.acknowledges = false;
  state.watchlist.add('film');
  await environment.advance(0);
  service.socket.end(4409);
  service.acknowledges = true;
  await environment.advance(2_000);
  expect(state.status.get()).toMatchObject({ isOnline: true, pending: 0 });
  expect(halts).not.toContain('device_replaced');
  expect(state.devices.thisDeviceId).not.toBe(id);
  expect(service.socket.sentOf('hello')).toMatchObject([
    { device: { deviceId: state.devices.thisDeviceId } },
  ]);
  expect([...service.storeOf('ada').set.contentIds()]).toEqual(['film']);
  await state.close();
});

it('[ENG3] a device is told apart from no copy by the end of a connection that it gave up before', async () => {
  const { state, environment, service } = await openApp({ device: WITHOUT_ID });
  const id = state.devices.thisDeviceId;
  const givenUp = service.socket;
  givenUp.tellText('{');
  await environment.advance(2_000);
  expect(service.socket).not.toBe(givenUp);
  givenUp.onclose?.({ code: 4409, reason: '' } as never);
  await environment.advance(2_000);
  expect(state.status.get()).toMatchObject({ isOnline: true });
  expect(state.devices.thisDeviceId).toBe(id);
  await state.close();
});
