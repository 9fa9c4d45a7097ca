import { describe, expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { fakeToken } from '../testing/fake-service.ts';
import { openApp } from '../testing/open-app.ts';

const never = () => new Promise<string>(() => undefined);

describe('a token', () => {
  it.each([
    ['is rejected', () => Promise.reject(new Error('no network'))],
    [
      'throws',
      () => {
        throw new Error('no network');
      },
    ],
    ['never comes', never],
  ])('that %s is asked for again', async (_, fail) => {
    let isWorking = false;
    const opening = await openWith(() => (isWorking ? fakeToken('ada') : fail()));
    const { state, environment, service } = opening;
    await environment.advance(20_000);
    expect(service.sockets).toEqual([]);
    expect(state.status.get().isOnline).toBe(false);
    expect(state.watchlist.add('film')).toBe(true);
    isWorking = true;
    await environment.advance(60_000);
    expect(state.status.get()).toMatchObject({ isOnline: true, pending: 0, lastError: undefined });
    await state.close();
  });

  it.each([['empty', ''] as const, ['null', null] as const, ['undefined', undefined] as const])(
    'that is %s says that nobody is signed in, until the app asks again',
    async (_, nothing) => {
      let token: string | null | undefined = nothing;
      const { state, environment, service } = await openWith(() => token);
      await environment.advance(120_000);
      expect(state.status.get()).toMatchObject({ connection: 'halted', haltedBy: 'signed_out' });
      expect(service.sockets).toEqual([]);
      token = fakeToken('ada');
      state.reconnect();
      await environment.advance(0);
      expect(state.status.get().isOnline).toBe(true);
      await state.close();
    },
  );

  it('is renewed a minute before it ends', async () => {
    let tokens = 0;
    const environment = new FakeEnvironment();
    const token = () => {
      tokens += 1;
      const exp = (environment.trueMs + 600_000) / 1_000;
      return fakeToken('ada', { exp, tokens });
    };
    const { state, service } = await openWith(token, environment);
    await environment.advance(538_000);
    expect(service.socket.sentOf('renew')).toEqual([]);
    await environment.advance(2_000);
    expect(service.socket.sentOf('renew').length).toBe(1);
    await environment.advance(541_000);
    expect(service.socket.sentOf('renew').length).toBe(2);
    expect(service.sockets.length).toBe(1);
    await state.close();
  });

  it('that cannot be renewed counts until its end', async () => {
    let tokens = 0;
    const environment = new FakeEnvironment();
    const token = () => {
      tokens += 1;
      if (tokens === 2) throw new Error('no network');
      return fakeToken('ada', { exp: (environment.trueMs + 120_000) / 1_000, tokens });
    };
    const { state, service } = await openWith(token, environment);
    await environment.advance(100_000);
    expect(state.status.get().isOnline).toBe(true);
    service.socket.end(4401);
    await environment.advance(1_000);
    expect(state.status.get().isOnline).toBe(true);
    await state.close();
  });
});

/** The start waits for a token, but not for long. */
async function openWith(
  getToken: () => string | null | undefined | Promise<string>,
  environment = new FakeEnvironment(),
) {
  const opening = openApp({ getToken, environment });
  await environment.advance(1_000);
  return opening;
}

describe('the end of a connection', () => {
  it.each([
    [4403, 'device_revoked'],
    [4406, 'protocol_unsupported'],
    [4409, 'device_replaced'],
    [4410, 'user_erased'],
  ])('with %i halts, until the app asks', async (code, haltedBy) => {
    const { state, service, environment } = await openApp();
    service.socket.end(code);
    await settled();
    expect(state.status.get()).toMatchObject({ connection: 'halted', haltedBy, isOnline: false });
    environment.signal('online');
    environment.signal('visible');
    await environment.advance(3_600_000);
    expect(service.sockets.length).toBe(1);
    state.reconnect();
    await environment.advance(0);
    expect(state.status.get().isOnline).toBe(true);
    await state.close();
  });

  it('[SDK5] with a delay is not followed by an attempt before it, whoever asks', async () => {
    const { state, service, environment } = await openApp();
    service.socket.end(1012, 'retryAfterMs=7000');
    await settled();
    await environment.advance(3_000);
    environment.signal('online');
    environment.signal('visible');
    state.reconnect();
    await environment.advance(3_999);
    expect(service.sockets.length).toBe(1);
    await environment.advance(1);
    expect(service.sockets.length).toBe(2);
    expect(state.status.get().isOnline).toBe(true);
    await state.close();
  });

  it.each(['online', 'visible'] as const)(
    '[SDK5] is followed by an attempt at once when it tells %s',
    async (signal) => {
      const { state, service, environment } = await openApp();
      environment.randomValue = 0.99;
      service.cut();
      await environment.advance(20_000);
      const { length } = service.sockets;
      service.isReachable = true;
      environment.signal('hidden');
      await environment.advance(0);
      expect(service.sockets.length).toBe(length);
      environment.signal(signal);
      await environment.advance(0);
      expect(service.sockets.length).toBe(length + 1);
      expect(state.status.get().isOnline).toBe(true);
      await state.close();
    },
  );

  it('[SDK5] is found by a probe when the page is seen again', async () => {
    const { state, service, environment } = await openApp();
    service.acknowledges = false;
    environment.signal('visible');
    await environment.advance(20_000);
    await environment.advance(500);
    expect(service.sockets.length).toBe(2);
    await state.close();
  });

  it('[SDK5] is found by the next heartbeat when it was lost without a word', async () => {
    const { state, service, environment } = await openApp();
    service.acknowledges = false;
    await environment.advance(30_000);
    expect(state.status.get().isOnline).toBe(true);
    service.acknowledges = true;
    await environment.advance(20_500);
    expect(service.sockets.length).toBe(2);
    expect(state.status.get().isOnline).toBe(true);
    await state.close();
  });

  it('[SDK5] that is quiet writes nothing to the disk, and tells when it ends until when all was synced', async () => {
    const { state, service, storage, environment } = await openApp();
    const written = storage.written.length;
    const before = state.status.get().lastSyncedAtMs ?? 0;
    await environment.advance(300_000);
    expect(storage.written.length).toBe(written);
    service.cut();
    await environment.advance(0);
    expect(state.status.get().lastSyncedAtMs).toBeGreaterThanOrEqual(before + 270_000);
    expect(storage.written.length).toBe(written + 1);
    await state.close();
  });

  it('[SDK5] that ends in the middle of a change still tells until when all was synced before', async () => {
    const { state, service, environment } = await openApp();
    const before = state.status.get().lastSyncedAtMs ?? 0;
    await environment.advance(300_000);
    service.acknowledges = false;
    state.watchlist.add('film');
    await environment.advance(0);
    service.cut();
    await environment.advance(0);
    expect(state.status.get().pending).toBe(1);
    expect(state.status.get().lastSyncedAtMs).toBeGreaterThanOrEqual(before + 270_000);
    await state.close();
  });

  it('[SDK5] without a welcome is tried again ever more slowly, 30 s at most', async () => {
    const { state, service, environment } = await openApp();
    environment.randomValue = 0.999;
    service.cut();
    const counts: number[] = [];
    for (let minute = 0; minute < 5; minute += 1) {
      const before = service.sockets.length;
      await environment.advance(60_000);
      counts.push(service.sockets.length - before);
    }
    expect(counts).toEqual([6, 2, 2, 2, 2]);
    await state.close();
  });

  it('[SDK5] an attempt that does not come on is given up after 15 s', async () => {
    const { state, service, environment } = await openApp();
    service.socket.end();
    service.welcomes = false;
    await environment.advance(1_000);
    expect(state.status.get().connection).toBe('connecting');
    await environment.advance(14_300);
    expect(state.status.get().connection).toBe('waiting');
    service.welcomes = true;
    await environment.advance(1_000);
    expect(state.status.get().isOnline).toBe(true);
    await state.close();
  });

  it('leaves nothing running, wherever the connection is', async () => {
    for (const advanceMs of [0, 1, 250, 500]) {
      const { state, service, environment } = await openApp();
      service.socket.end();
      service.welcomes = advanceMs < 500;
      await environment.advance(advanceMs);
      const closing = state.close();
      await environment.advance(0);
      await closing;
      expect(environment.timers).toEqual([]);
      expect(service.sockets.filter(({ isOpen }) => isOpen)).toEqual([]);
      await environment.advance(60_000);
      expect(state.status.get().isOnline).toBe(false);
    }
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', 'null'],
    ['an op that is none', '{"type":"changes","ops":[null]}'],
    [
      'an op without a content',
      '{"type":"changes","ops":[{"kind":"watchlist.add","contentId":7}]}',
    ],
    ['no ops', '{"type":"changes"}'],
    ['a presence of nobody', '{"type":"presence","devices":[null]}'],
    ['no presence', '{"type":"presence"}'],
    ['an ack without results', '{"type":"ack","id":"0.1"}'],
    ['an ack of nothing', '{"type":"ack","id":"0.1","results":[null]}'],
  ])('[SDK5] begins anew when it is told %s, and the app goes on', async (_, text) => {
    const { state, environment, service } = await openWith(() => fakeToken('ada'));
    await environment.advance(0);
    service.acknowledges = false;
    state.watchlist.add('film');
    await settled();
    const { socket } = service;
    socket.onmessage?.({ data: text } as never);
    service.acknowledges = true;
    await environment.advance(60_000);
    expect(service.socket).not.toBe(socket);
    expect(state.status.get()).toMatchObject({ isOnline: true, pending: 0 });
    expect(state.devices.list()).toEqual([]);
    await state.close();
  });

  it('passes over ops of kinds that it does not know', async () => {
    const { state, environment, service } = await openWith(() => fakeToken('ada'));
    await environment.advance(0);
    const op = { kind: 'mood.set', contentId: 'film', timestamp: '0192a3b4c5d6-0000' };
    service.socket.tell({ type: 'changes', ops: [op as never] });
    await settled();
    expect(state.progress.list()).toEqual([]);
    expect(state.inspect().acknowledged).toEqual([]);
    expect(state.status.get().isOnline).toBe(true);
    await state.close();
  });

  it('says goodbye when the app closes, so that the device is offline at once', async () => {
    const { state, service } = await openApp();
    await Promise.all([state.close(), state.close()]);
    expect(service.socket.closedWith).toBe(1000);
    expect(() => state.watchlist.add('film')).toThrow('This watch state was closed.');
    await state.close();
  });
});

describe('the clock', () => {
  it('[SDK3] that is set while online is measured anew before anything is sent', async () => {
    const { state, service, environment } = await openApp();
    environment.skewMs = -86_400_000;
    state.watchlist.add('film');
    await environment.advance(1_000);
    expect(service.sockets.length).toBe(2);
    expect(state.status.get()).toMatchObject({ pending: 0, clockOffsetMs: 86_400_000 });
    const [{ ops } = { ops: [] }] = service.pushes;
    const stamp = Number.parseInt(ops[0]?.timestamp ?? '', 16);
    expect(Math.abs(stamp - environment.trueMs)).toBeLessThan(2_000);
    await state.close();
  });

  it('[SDK3] that is set while nothing is written is noticed with the next heartbeat', async () => {
    const { state, service, environment } = await openApp();
    environment.skewMs = 600_000;
    await environment.advance(31_000);
    expect(service.sockets.length).toBe(2);
    expect(state.status.get().clockOffsetMs).toBe(-600_000);
    await state.close();
  });
});
