import { type WireOp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { registersOf } from './facades/registers.ts';
import { watchedOf } from './facades/watched.ts';
import { historyOf } from './facades/history.ts';
import { FakeEnvironment } from './testing/fake-environment.ts';
import type { FakeService } from './testing/fake-service.ts';
import { createMemoryTabs } from './testing/memory-tabs.ts';
import { DEVICE, openApp, type App } from './testing/open-app.ts';

const HOUR_MS = 3_600_000;
const PLAY_ID = '30000000-0000-5000-8000-000000000000';

const at = (positionSeconds: number, durationSeconds = 6_000) =>
  ({ positionSeconds, durationSeconds, state: 'playing' }) as const;

/** Plays that the service was told of, each push of it. */
function toldPlays({ pushes }: FakeService) {
  return pushes
    .flatMap(({ ops }) => ops)
    .filter((op): op is WireOp & { kind: 'play.add' } => op.kind === 'play.add');
}

function playsThatWait({ state }: App): number {
  return state.inspect().outbox.filter(({ op }) => op.kind === 'play.add').length;
}

describe('crossing the end', () => {
  it('[PLY3] is watched and one play, with the position and in its time', async () => {
    const { state, service, environment } = await openApp();
    state.progress.set('film', at(0));
    await environment.advance(90 * 60_000);
    state.progress.report('film', at(5_600));
    expect(watchedOf(state).list()).toEqual([]);
    await environment.advance(60_000);
    state.progress.report('film', at(5_705));
    const watchedAt = new Date(environment.trueMs).toISOString().replace('.000Z', 'Z');
    expect(watchedOf(state).get('film')).toMatchObject({ at: watchedAt });
    await environment.advance(10_000);
    state.progress.report('film', at(5_990));
    state.progress.set('film', { ...at(6_000), state: 'stopped' });
    await state.whenDurable();
    expect(toldPlays(service)).toMatchObject([{ contentId: 'film', watchedAt }]);
    expect(
      service.pushes.filter(({ ops }) => ops.some(({ kind }) => kind === 'play.add')),
    ).toMatchObject([
      { ops: [{ kind: 'progress.set' }, { kind: 'register.set' }, { kind: 'play.add' }] },
    ]);
    await state.close();
  });

  it('[PLY3] A play is counted twice since a request was repeated: a retry sends the same one, and a restart too', async () => {
    const app = await openApp();
    const { service, environment } = app;
    service.acknowledges = false;
    app.state.progress.set('film', at(5_800));
    await environment.advance(1_000);
    service.sockets.at(-1)?.end();
    await environment.advance(60_000);
    await app.state.whenStored();
    const storage = await app.storage.reborn();
    await app.state.close();
    service.acknowledges = true;
    const { state } = await openApp({ environment, service, storage });
    // It goes on where it was, past the end.
    state.progress.report('film', at(5_850));
    state.progress.set('film', at(5_900));
    await environment.advance(60_000);
    await state.whenDurable();
    const ids = toldPlays(service).map(({ playId }) => playId);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
    expect(service.storeOf('ada').plays.entryCount).toBe(1);
    await state.close();
  });

  it('[PLY3] A play is counted twice: two tabs that tell of one playback tell of one play', async () => {
    const tabs = createMemoryTabs();
    const first = await openApp({ tabs: tabs.open() });
    const { service, environment, storage } = first;
    const second = await openApp({
      tabs: tabs.open(),
      service,
      storage,
      environment: new FakeEnvironment({ seed: '2' }),
    });
    first.state.progress.set('film', at(5_000));
    first.state.progress.set('film', at(5_800));
    await environment.advance(0);
    second.state.progress.set('film', at(5_810));
    second.state.progress.report('film', at(5_900));
    await environment.advance(60_000);
    await first.state.whenDurable();
    expect(service.storeOf('ada').plays.entryCount).toBe(1);
    await Promise.all([first.state.close(), second.state.close()]);
  });

  it('[PLY3] a seek back over the last scene is the same playback, and from the beginning another', async () => {
    const { state, environment, service } = await openApp();
    for (const seconds of [5_000, 5_800, 5_000, 5_750]) {
      state.progress.set('film', at(seconds));
      await environment.advance(60_000);
    }
    expect(service.storeOf('ada').plays.entryCount).toBe(1);
    for (const seconds of [0, 3_000, 5_800]) {
      state.progress.set('film', at(seconds));
      await environment.advance(HOUR_MS);
    }
    expect(service.storeOf('ada').plays.entryCount).toBe(2);
    await state.close();
  });

  it('[PLY3] is a play again for what was begun anew on another screen and is taken over here', async () => {
    const tv = await openApp();
    const there = new FakeEnvironment({ seed: '2' });
    const phone = await openApp({
      service: tv.service,
      environment: there,
      device: { ...DEVICE, deviceId: 'phone' },
    });
    const pass = async (ms: number) => {
      await tv.environment.advance(ms);
      await there.advance(ms);
    };
    tv.state.progress.set('film', at(5_800));
    await pass(24 * HOUR_MS);
    phone.state.progress.set('film', at(0));
    phone.state.progress.set('film', at(3_500));
    await pass(1_000);
    tv.state.progress.set('film', at(3_500));
    tv.state.progress.report('film', at(5_800));
    await pass(1_000);
    expect(tv.service.storeOf('ada').plays.entryCount).toBe(2);
    await Promise.all([tv.state.close(), phone.state.close()]);
  });

  it('[PLY1] with the id of a playback is one play, though the app began again and went over its end twice', async () => {
    const app = await openApp();
    const { environment, service } = app;
    app.state.progress.set('film', at(5_800), { playId: PLAY_ID });
    await environment.advance(1_000);
    await app.state.whenStored();
    const storage = await app.storage.reborn();
    await app.state.close();
    const { state } = await openApp({ environment, service, storage });
    state.progress.set('film', at(5_000), { playId: PLAY_ID });
    state.progress.set('film', at(5_800), { playId: PLAY_ID });
    await state.whenDurable();
    expect(state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    expect(service.storeOf('ada').plays.entryCount).toBe(1);
    await state.close();
  });

  it('[PLY3] goes by the credits and by what an episode is, as the person’s devices know', async () => {
    const { state } = await openApp();
    const content = registersOf(state, 'content');
    content.set('episode', { type: 'episode', durationSeconds: 2_700 });
    content.set('film', { type: 'movie', durationSeconds: 6_000, creditsStartSeconds: 5_000 });
    const has = (id: string) => watchedOf(state).has(id);
    state.progress.set('episode', at(2_500, 2_700));
    state.progress.set('film', at(4_999));
    expect([has('episode'), has('film')]).toEqual([true, false]);
    state.progress.set('film', at(5_000));
    // Of another cut nobody knows where its credits are.
    state.progress.set('told', at(4_999), { creditsStartSeconds: 5_000 });
    expect([has('film'), has('told')]).toEqual([true, false]);
    state.progress.set('told', at(5_001), { creditsStartSeconds: 5_000 });
    expect(has('told')).toBe(true);
    content.set('cut', { type: 'movie', durationSeconds: 6_000, creditsStartSeconds: 5_000 });
    state.progress.set('cut', at(5_000, 9_000));
    expect(has('cut')).toBe(false);
    await state.close();
  });

  it('[PLY3] of an unknown duration is where it ended, and each time from its beginning', async () => {
    const { state, environment, service } = await openApp();
    for (const _ of ['once', 'again']) {
      state.progress.set('clip', at(0, 0));
      state.progress.report('clip', at(300, 0));
      state.progress.report('clip', at(310, 310));
      state.progress.report('clip', at(311, 311));
      await environment.advance(HOUR_MS);
    }
    expect(service.storeOf('ada').plays.entryCount).toBe(2);
    await state.close();
  });

  it('[PLY4] starting again clears neither watched nor the history', async () => {
    const { state, service, environment } = await openApp();
    state.progress.set('film', at(6_000));
    const { at: watchedAt } = watchedOf(state).get('film') ?? {};
    await environment.advance(HOUR_MS);
    state.progress.set('film', at(0));
    state.progress.report('film', at(10));
    state.progress.clear('film');
    expect(watchedOf(state).get('film')).toMatchObject({ at: watchedAt });
    await state.whenDurable();
    expect(service.storeOf('ada').plays.entryCount).toBe(1);
    await state.close();
  });

  it('[PLY3] [CLM3] of a screen that was left alone is history, and takes nobody’s place away', async () => {
    const tv = await openApp();
    const there = new FakeEnvironment({ seed: '2' });
    const phone = await openApp({
      service: tv.service,
      environment: there,
      device: { ...DEVICE, deviceId: 'phone' },
    });
    const pass = async (ms: number) => {
      await tv.environment.advance(ms);
      await there.advance(ms);
    };
    tv.state.progress.set('film', at(3_000));
    await pass(HOUR_MS / 2);
    phone.state.progress.set('film', at(3_300));
    await pass(1_000);
    // Nobody watches it any more, and it goes on to the end.
    expect(tv.state.progress.report('film', at(5_500))).toBe(false);
    expect(tv.state.progress.report('film', at(5_800))).toBe(false);
    expect(tv.state.progress.report('film', at(5_900))).toBe(false);
    await pass(60_000);
    expect(tv.service.storeOf('ada').plays.entryCount).toBe(1);
    for (const { state } of [tv, phone]) {
      expect(state.progress.resume('film')).toBe(3_300);
      const { saidAtMs = 0 } = watchedOf(state).get('film') ?? {};
      // [CW7] What the person did last is later than that it was watched.
      expect(saidAtMs).toBeLessThan(state.progress.get('film')?.engagedAtMs ?? 0);
    }
    await Promise.all([tv.state.close(), phone.state.close()]);
  });
});

describe('a play', () => {
  it('[PLY1] is in no replica, and waits on the device until it is acknowledged', async () => {
    const app = await openApp();
    app.service.cut();
    const playId = historyOf(app.state).add('film', { watchedAt: '2026-03-01', source: 'cinema' });
    expect(playsThatWait(app)).toBe(1);
    app.service.isReachable = true;
    await app.environment.advance(60_000);
    await app.state.whenDurable();
    expect(toldPlays(app.service)).toMatchObject([
      { playId, contentId: 'film', watchedAt: '2026-03-01', source: 'cinema' },
    ]);
    expect(app.state.inspect()).toMatchObject({ outbox: [], acknowledged: [] });
    await app.state.close();
  });

  it('[PLY2] A watched date is the day of the sync: one that comes too late for its stamp keeps its date', async () => {
    const app = await openApp();
    const { environment, service } = app;
    service.cut();
    app.state.progress.set('film', at(5_800));
    const watchedAt = new Date(environment.trueMs).toISOString().replace('.000Z', 'Z');
    environment.freeze(45 * 24 * HOUR_MS);
    // What was removed then was collected meanwhile.
    service.storeOf('ada').floor = { physical: environment.trueMs, logical: 0 };
    service.isReachable = true;
    await environment.advance(120_000);
    expect(service.storeOf('ada').plays.entryCount).toBe(1);
    expect(toldPlays(service).at(-1)).toMatchObject({ contentId: 'film', watchedAt });
    await app.state.close();
  });

  it('[PLY2] [SDK3] A watched date is the day of the sync: one of a clock of 1970 or 2099 has the time at which it was played', async () => {
    for (const skewedMs of [60_000, Date.UTC(2099, 0, 1)]) {
      const app = await openApp();
      const { environment, service, state } = app;
      service.cut();
      await environment.advance(0);
      environment.skewMs = skewedMs - environment.trueMs;
      state.progress.set('film', at(5_800));
      const playedMs = environment.trueMs;
      environment.freeze(3 * 24 * HOUR_MS);
      service.isReachable = true;
      await environment.advance(120_000);
      await state.whenDurable();
      const [play] = toldPlays(service);
      expect(Math.abs(Date.parse(play?.watchedAt ?? '') - playedMs)).toBeLessThan(2_000);
      await state.close();
    }
  });

  it('[ENG5] leaves with the page, and is the same one when the next page sends it again', async () => {
    const app = await openApp();
    const { environment, service, state } = app;
    state.progress.set('film', at(5_000));
    await environment.advance(1_000);
    service.acknowledges = false;
    environment.signal('hidden');
    state.progress.set('film', at(5_800));
    await environment.advance(500);
    const [request] = environment.lastRequests.slice(-1);
    const left = JSON.parse(request?.body ?? '{}') as { ops: WireOp[] };
    const play = left.ops.find(({ kind }) => kind === 'play.add');
    await state.whenStored();
    const storage = await app.storage.reborn();
    await state.close();
    service.acknowledges = true;
    const again = await openApp({ environment, service, storage });
    again.state.progress.report('film', at(5_850));
    await environment.advance(60_000);
    await again.state.whenDurable();
    const ids = new Set(toldPlays(service).map(({ playId }) => playId));
    expect([...ids]).toEqual([play !== undefined && 'playId' in play && play.playId]);
    await again.state.close();
  });
});
