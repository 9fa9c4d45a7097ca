import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeService } from './testing/fake-service.ts';
import { FakeEnvironment, settled } from './testing/fake-environment.ts';
import { openApp, shown } from './testing/open-app.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('listeners', () => {
  it('that throw keep nothing from going on, and are reported', async () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const { state, service, environment } = await openApp();
    let heard = 0;
    const fail = () => {
      throw new Error('of the app');
    };
    for (const part of [state.watchlist, state.progress, state.status, state.devices]) {
      part.subscribe(fail);
      part.subscribe(() => (heard += 1));
    }
    state.watchlist.add('film');
    await environment.advance(0);
    service.socket.end();
    await environment.advance(30_000);
    expect(state.status.get()).toMatchObject({ pending: 0, isOnline: true });
    expect(heard).toBeGreaterThan(3);
    expect(reported.length).toBe(heard);
    await state.close();
  });

  it('[SDK1] that write while they are notified are stored in that order', async () => {
    const { state, storage, environment, service } = await openApp();
    service.cut();
    await settled();
    let positionSeconds = 0;
    state.progress.subscribe(() => {
      if (positionSeconds >= 5) return;
      positionSeconds += 1;
      state.progress.set('film', { positionSeconds, durationSeconds: 9, state: 'playing' });
    });
    state.progress.set('film', { positionSeconds: 0, durationSeconds: 9, state: 'playing' });
    expect(state.inspect().outbox.length).toBe(1);
    await state.whenStored();
    const next = await openApp({ storage: await storage.reborn(), environment, service });
    expect(next.state.inspect().outbox).toEqual(state.inspect().outbox);
    expect(shown(next.state).progress).toEqual({ film: 5 });
    await Promise.all([state.close(), next.state.close()]);
  });

  it.each(['connecting', 'online', 'waiting'])(
    'may close everything when it is %s',
    async (when) => {
      const environment = new FakeEnvironment();
      const service = new FakeService(() => environment.trueMs);
      service.isReachable = false;
      const { state } = await openApp({ environment, service });
      state.watchlist.add('film');
      state.status.subscribe(() => {
        if (state.status.get().connection === when) void state.close();
      });
      service.isReachable = true;
      await environment.advance(when === 'waiting' ? 100 : 1_000);
      if (when === 'waiting') service.cut();
      await environment.advance(60_000);
      expect(environment.timers).toEqual([]);
      expect(service.sockets.filter(({ isOpen }) => isOpen)).toEqual([]);
    },
  );

  it('may close everything when they hear of a change', async () => {
    for (const part of ['watchlist', 'progress'] as const) {
      const { state, environment, service } = await openApp();
      state[part].subscribe(() => void state.close());
      state.watchlist.add('film');
      if (part === 'progress') {
        state.progress.set('film', { positionSeconds: 1, durationSeconds: 9, state: 'paused' });
      }
      await environment.advance(60_000);
      expect(environment.timers).toEqual([]);
      expect(service.sockets.filter(({ isOpen }) => isOpen)).toEqual([]);
    }
  });

  it('may ask for another attempt when they hear of the end of one', async () => {
    const { state, environment, service } = await openApp();
    const heard: string[] = [];
    state.status.subscribe(() => {
      const { connection } = state.status.get();
      heard.push(connection);
      if (connection === 'waiting') state.reconnect();
    });
    service.socket.end();
    await environment.advance(0);
    expect(heard).toEqual(['waiting', 'connecting', 'online']);
    expect(state.status.get().connection).toBe('online');
    await state.close();
  });
});

describe('snapshots', () => {
  it('are the same as long as nothing that is shown changed', async () => {
    const { state, service, environment } = await openApp();
    state.watchlist.add('film');
    state.progress.set('film', { positionSeconds: 10, durationSeconds: 100, state: 'playing' });
    state.progress.set('seen', { positionSeconds: 100, durationSeconds: 100, state: 'stopped' });
    await environment.advance(0);
    const look = () => [
      state.watchlist.list(),
      state.progress.list(),
      state.progress.get('film'),
      state.progress.get('seen'),
      state.devices.list(),
      state.deadLetters.list(),
    ];
    const before = look();
    const status = state.status.get();
    for (const op of service.storeOf('ada').log) service.commit('ada', op);
    service.commit('ada', {
      kind: 'watchlist.remove',
      contentId: 'never seen',
      tags: ['00000000-0000-4000-8000-0000000000ff'],
      timestamp: { physical: environment.trueMs, logical: 0 },
      deviceId: 'phone',
    });
    await settled();
    for (const [index, value] of look().entries()) expect(value).toBe(before[index]);
    expect(state.status.get()).toBe(status);
    state.progress.set('film', { positionSeconds: 11, durationSeconds: 100, state: 'playing' });
    const after = look();
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(after[3]).toBe(before[3]);
    await state.close();
  });
});
