import type { WireOp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
import { openApp, shown, type App } from '../testing/open-app.ts';

const PLAYING = { durationSeconds: 1_000, state: 'playing' } as const;

function opsPushed({ service }: App): WireOp[] {
  return service.pushes.flatMap(({ ops }) => ops);
}

/** The next app on the same device; this one is dead. */
async function restart({ storage, environment, service }: App): Promise<App> {
  return openApp({ storage: await storage.reborn(), environment, service });
}

describe('the outbox', () => {
  it('[SDK2] keeps an op whose ack never comes, and sends the same again', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    service.acknowledges = false;
    state.watchlist.add('film');
    await settled();
    expect(state.inspect().outbox.map((entry) => entry.state)).toEqual(['inFlight']);
    await environment.advance(20_000);
    expect(service.socket.isOpen).toBe(false);
    expect(state.inspect().outbox.map((entry) => entry.state)).toEqual(['unanswered']);
    service.acknowledges = true;
    await environment.advance(30_000);
    const [first, second, ...more] = opsPushed(app);
    expect(second).toEqual(first);
    expect(more).toEqual([]);
    expect(state.status.get().pending).toBe(0);
    expect(shown(state).watchlist).toEqual(['film']);
    await state.close();
  });

  it('[SDK3] records an op as sent before it sends it', async () => {
    const app = await openApp();
    const { state, service, storage } = app;
    const release = storage.hold();
    state.watchlist.add('film');
    await settled();
    expect(opsPushed(app)).toEqual([]);
    release();
    await settled();
    expect(opsPushed(app).length).toBe(1);
    const entries = storage.written.filter(([, [key]]) => key.startsWith('o/'));
    const sends = entries.map(([, [, value]]) => (value as { sends: number } | undefined)?.sends);
    expect(sends).toEqual([0, 1, undefined]);
    expect(service.storeOf('ada').log.length).toBe(1);
    await state.close();
  });

  it('[SDK3] does not send over the next connection what it recorded for one that was lost', async () => {
    const app = await openApp();
    const { state, service, storage, environment } = app;
    const release = storage.hold();
    state.watchlist.add('film');
    await settled();
    service.socket.end();
    await settled();
    release();
    await environment.advance(30_000);
    expect(opsPushed(app).length).toBe(1);
    expect(service.storeOf('ada').log.length).toBe(1);
    expect(state.status.get().pending).toBe(0);
    await state.close();
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    '[SDK2] survives a death after %i records, without a change lost or doubled',
    async (records) => {
      const first = await openApp();
      first.service.acknowledges = false;
      const before = first.storage.written.length;
      first.storage.dieAfter(records);
      first.state.watchlist.add('film');
      first.state.progress.set('film', { positionSeconds: 5, ...PLAYING });
      await settled();
      first.state.watchlist.add('other');
      await first.environment.advance(1_000);
      const isStored = (key: string) =>
        first.storage.written.slice(before).some(([, change]) => change[0] === key);
      const kept = first.state.inspect().outbox.filter(({ id }) => isStored(`o/${id}`));
      first.service.cut();
      first.service.isReachable = true;
      first.service.acknowledges = true;
      const next = await restart(first);
      await next.environment.advance(60_000);
      expect(next.state.status.get().pending).toBe(0);
      expect(next.state.status.get().deadLetters).toBe(0);
      const { watchlist, progress } = shown(next.state);
      const shownIds = [...watchlist.map((id) => `watchlist ${id}`), ...Object.keys(progress)];
      const keptIds = kept.map(({ op: { kind, contentId } }) =>
        kind === 'watchlist.add' ? `watchlist ${contentId}` : contentId,
      );
      expect(shownIds).toEqual(expect.arrayContaining(keptIds));
      const { set } = next.service.storeOf('ada');
      expect([...set.contentIds()].sort()).toEqual(watchlist);
      for (const contentId of watchlist) expect(set.liveTags(contentId).length).toBe(1);
      await next.state.close();
    },
  );

  it('[SDK2] goes on in memory where the device cannot store, and says so', async () => {
    const app = await openApp();
    const { state, storage, environment } = app;
    storage.isFailing = true;
    state.watchlist.add('film');
    await environment.advance(10_000);
    expect(state.status.get()).toMatchObject({ pending: 0, hasStorageFailed: true });
    await expect(state.whenStored()).rejects.toMatchObject({ code: 'storage_failed' });
    storage.isFailing = false;
    state.watchlist.add('other');
    await environment.advance(0);
    expect(state.status.get()).toMatchObject({ pending: 0, hasStorageFailed: false });
    await state.whenStored();
    const next = await restart(app);
    expect(shown(next.state).watchlist).toEqual(['film', 'other']);
    await Promise.all([state.close(), next.state.close()]);
  });

  it('[SDK2] goes on in memory where the storage hangs, and stores it all once it answers', async () => {
    const app = await openApp();
    const { state, storage, environment, service } = app;
    const release = storage.hold();
    state.watchlist.add('film');
    await environment.advance(60_000);
    expect(state.status.get()).toMatchObject({ pending: 0, hasStorageFailed: true });
    state.watchlist.add('other');
    await environment.advance(1_000);
    expect(state.status.get()).toMatchObject({ pending: 0, isOnline: true });
    expect([...service.storeOf('ada').set.contentIds()].sort()).toEqual(['film', 'other']);
    release();
    await settled();
    state.watchlist.remove('film');
    await environment.advance(0);
    await state.whenStored();
    const next = await restart(app);
    expect(shown(next.state).watchlist).toEqual(['other']);
    await Promise.all([state.close(), next.state.close()]);
  });

  it('[SDK2] opens in memory where the storage hangs from the start', async () => {
    const [storage, environment] = [new FakeStorage(), new FakeEnvironment()];
    storage.hold();
    const opening = openApp({ storage, environment });
    await environment.advance(60_000);
    const { state } = await opening;
    state.watchlist.add('film');
    await environment.advance(60_000);
    expect(state.status.get()).toMatchObject({
      pending: 0,
      isOnline: true,
      hasStorageFailed: true,
    });
    expect(shown(state).watchlist).toEqual(['film']);
    await state.close();
  });

  it('[SDK2] [SDK8] writes nothing over what it could not read, and says so', async () => {
    const app = await openApp();
    const { storage, environment, service, state } = app;
    state.watchlist.add('film');
    await environment.advance(0);
    service.cut();
    await settled();
    state.watchlist.add('waits');
    await state.whenStored();
    await state.close();
    const recordCount = storage.written.length;

    const release = storage.hold();
    service.isReachable = true;
    const opening = openApp({ storage, environment, service });
    await environment.advance(60_000);
    const blind = await opening;
    await environment.advance(60_000);
    expect(blind.state.status.get()).toMatchObject({ isOnline: true, hasStorageFailed: true });
    release();
    await settled();
    blind.state.watchlist.add('later');
    await environment.advance(1_000);
    expect(blind.state.status.get()).toMatchObject({ pending: 0, hasStorageFailed: true });
    expect(shown(blind.state).watchlist).toEqual(['film', 'later']);
    await expect(blind.state.whenStored()).rejects.toMatchObject({ code: 'storage_failed' });
    await blind.state.close();
    const ofUser = storage.written.slice(recordCount).filter(([name]) => name.includes('|u|'));
    expect(ofUser).toEqual([]);

    // What waited on the medium all the time is sent now.
    const next = await openApp({ storage, environment, service });
    await environment.advance(60_000);
    expect(next.state.status.get()).toMatchObject({ pending: 0, hasStorageFailed: false });
    expect(shown(next.state).watchlist).toEqual(['film', 'later', 'waits']);
    await next.state.close();
  });

  it('[SDK4] folds progress that was not sent, and nothing else', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    service.cut();
    await settled();
    for (const positionSeconds of [1, 2, 3]) {
      state.progress.set('film', { positionSeconds, ...PLAYING });
      state.progress.set('other', { positionSeconds, ...PLAYING });
      state.watchlist.add('film');
      state.watchlist.remove('film');
    }
    state.progress.clear('other');
    const kinds = state.inspect().outbox.map(({ op }) => op.kind);
    expect(kinds.filter((kind) => kind.startsWith('watchlist')).length).toBe(6);
    expect(kinds.filter((kind) => kind.startsWith('progress'))).toEqual([
      'progress.set',
      'progress.clear',
    ]);
    service.isReachable = true;
    await environment.advance(60_000);
    expect(shown(state)).toEqual({ watchlist: [], progress: { film: 3 } });
    await state.close();
  });

  it('[SDK4] keeps progress that is on its way, whatever comes after', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    service.acknowledges = false;
    state.progress.set('film', { positionSeconds: 1, ...PLAYING });
    await settled();
    state.progress.set('film', { positionSeconds: 2, ...PLAYING });
    expect(state.inspect().outbox.length).toBe(2);
    service.acknowledges = true;
    await environment.advance(60_000);
    expect(state.status.get().pending).toBe(0);
    expect(shown(state).progress).toEqual({ film: 2 });
    await state.close();
  });

  it('waits for what took the place of a change that was folded', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    service.cut();
    await settled();
    state.progress.set('film', { positionSeconds: 1, ...PLAYING });
    let isDurable = false;
    const durable = state.whenDurable().then(() => (isDurable = true));
    state.progress.set('film', { positionSeconds: 2, ...PLAYING });
    await settled();
    expect(isDurable).toBe(false);
    service.isReachable = true;
    await environment.advance(60_000);
    await durable;
    expect(service.storeOf('ada').registers.get('film')).toMatchObject({ positionSeconds: 2 });
    await state.close();
  });

  it('[SDK2] pushes again after an error, not before the longest delay that was asked for', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    const delays = [9_000, 100];
    service.answerInstead = ({ id }) => {
      const retryAfterMs = delays.shift();
      return retryAfterMs === undefined
        ? undefined
        : { type: 'error', id, code: 'overloaded', message: '', retryAfterMs };
    };
    state.watchlist.add('film');
    await Promise.resolve();
    state.watchlist.add('other');
    await settled();
    expect(service.pushes.length).toBe(2);
    await environment.advance(8_999);
    expect(service.pushes.length).toBe(2);
    await environment.advance(5_000);
    expect(state.status.get().pending).toBe(0);
    await state.close();
  });

  it('begins anew when an answer is short of results', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    let answers = 0;
    service.answerInstead = ({ id }) => {
      answers += 1;
      return answers > 1 ? undefined : { type: 'ack', id, results: [] };
    };
    state.watchlist.add('film');
    await environment.advance(30_000);
    expect(state.status.get().pending).toBe(0);
    expect(service.sockets.length).toBe(2);
    await state.close();
  });

  it('sends smaller pushes after one that was too large, and only then', async () => {
    const app = await openApp();
    const { state, service, environment } = app;
    service.socket.end(4413);
    await environment.advance(120_000);
    service.cut();
    await settled();
    for (let count = 0; count < 500; count += 1) state.watchlist.add(`film-${count}`);
    service.answerInstead = ({ ops }, socket) => {
      if (ops.length <= 100) return undefined;
      socket.end(1009);
      return { type: 'presence', devices: [] };
    };
    service.isReachable = true;
    await environment.advance(600_000);
    expect(service.pushes[0]?.ops.length).toBe(500);
    expect(state.status.get().pending).toBe(0);
    await state.close();
  });
});
