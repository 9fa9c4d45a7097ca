import { CuepointError, textToTimestamp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { openApp, DEVICE } from '../testing/open-app.ts';
import { FakeEnvironment, settled } from '../testing/fake-environment.ts';
import { favoritesOf } from './favorites.ts';
import { preferencesOf } from './preferences.ts';
import { ratingsOf } from './ratings.ts';
import { registersOf } from './registers.ts';
import { watchedOf } from './watched.ts';

const NOW = '2026-06-01T00:00:00Z';

function codeOf(write: () => void): string | undefined {
  try {
    write();
  } catch (error) {
    return error instanceof CuepointError ? error.code : String(error);
  }
  return undefined;
}

/** The TV and the phone of a person, and a service that tells each of the other. */
async function household() {
  const tv = await openApp();
  const phone = await openApp({
    service: tv.service,
    environment: new FakeEnvironment({ seed: '2' }),
    device: { ...DEVICE, deviceId: 'phone' },
  });
  return { tv, phone, service: tv.service };
}

describe('what was watched', () => {
  it('[SDK1] [REG1] is marked and taken back at once, and on another screen', async () => {
    const { tv, phone } = await household();
    const [here, there] = [watchedOf(tv.state), watchedOf(phone.state)];
    here.mark('film');
    expect(here.get('film')).toMatchObject({ contentId: 'film', at: NOW, isPending: true });
    await tv.state.whenDurable();
    expect(here.get('film')).toMatchObject({ at: NOW, isPending: false });
    expect(there.list()).toMatchObject([{ contentId: 'film', at: NOW, deviceId: 'tv' }]);
    expect(there.unmark('film')).toBe(true);
    expect(there.unmark('film')).toBe(false);
    await phone.state.whenDurable();
    expect(here.has('film')).toBe(false);
    await Promise.all([tv.state.close(), phone.state.close()]);
  });

  it('[PLY2] has the date that it is given: an instant in UTC, a day, or none', async () => {
    const { state } = await openApp();
    const watched = watchedOf(state);
    watched.mark('a', { at: '2026-03-01T21:00:00+01:00' });
    watched.mark('b', { at: '2026-03-01' });
    watched.mark('c', { at: null });
    expect(['a', 'b', 'c'].map((id) => watched.get(id)?.at)).toEqual([
      '2026-03-01T20:00:00Z',
      '2026-03-01',
      null,
    ]);
    expect(codeOf(() => watched.mark('d', { at: '2026-02-30' }))).toBe('invalid_date');
    expect(codeOf(() => watched.mark('..'))).toBe('invalid_content_id');
    expect(watched.list()).toHaveLength(3);
    await state.close();
  });

  it('[PLY2] [SDK3] is dated by the service though the device was set to 1970, and not by the day of the sync', async () => {
    const { state, environment, service } = await openApp();
    service.cut();
    await environment.advance(0);
    environment.skewMs = -environment.trueMs + 60_000;
    watchedOf(state).mark('film');
    const markedMs = environment.trueMs;
    environment.freeze(7 * 24 * 3_600_000);
    service.isReachable = true;
    await environment.advance(120_000);
    await state.whenDurable();
    const told = service.pushes
      .flatMap(({ ops }) => ops)
      .find(({ kind }) => kind === 'register.set');
    const at = (told as unknown as { value: { at: string } }).value.at;
    expect(Math.abs(Date.parse(at) - markedMs)).toBeLessThan(2_000);
    expect(textToTimestamp(told?.timestamp ?? '')?.physical).toBe(Date.parse(at));
    await state.close();
  });
});

describe('favourites, ratings and preferences', () => {
  it('[SDK1] are said at once, on another screen too, and the same until they change', async () => {
    const { tv, phone } = await household();
    favoritesOf(tv.state).add('film');
    ratingsOf(tv.state).set('film', 8);
    preferencesOf(tv.state).set('audio:series', { language: 'de', channels: [2, 6] });
    await tv.state.whenDurable();
    const there = phone.state;
    const look = () => [
      favoritesOf(there).list(),
      ratingsOf(there).list(),
      preferencesOf(there).list(),
    ];
    const before = look();
    expect(before).toMatchObject([
      [{ contentId: 'film', deviceId: 'tv' }],
      [{ contentId: 'film', rating: 8 }],
      [{ key: 'audio:series', value: { language: 'de', channels: [2, 6] } }],
    ]);
    let calls = 0;
    favoritesOf(there).subscribe(() => (calls += 1));
    ratingsOf(there).set('film', 8);
    expect(favoritesOf(there).add('film')).toBe(false);
    look().forEach((list, index) => expect(list).toBe(before[index]));
    ratingsOf(there).clear('film');
    expect(ratingsOf(there).get('film')).toBe(undefined);
    expect(calls).toBe(0);
    expect(favoritesOf(there).remove('film')).toBe(true);
    expect(calls).toBe(1);
    await Promise.all([tv.state.close(), phone.state.close()]);
  });

  it('refuse what the service would, and write nothing', async () => {
    const { state } = await openApp();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const deep = JSON.parse(`${'['.repeat(9)}${']'.repeat(9)}`) as never;
    const codes = [
      () => ratingsOf(state).set('film', 11),
      () => ratingsOf(state).set('film', 4.5),
      () => ratingsOf(state).set('..', 4),
      () => favoritesOf(state).add(''),
      () => preferencesOf(state).set('a', 'x'.repeat(4_096)),
      () => preferencesOf(state).set('a', deep),
      () => preferencesOf(state).set('a', circle as never),
      () => preferencesOf(state).set('a', JSON.parse('{"__proto__": 1}') as never),
    ].map(codeOf);
    expect(codes).toEqual([
      'invalid_register_value',
      'invalid_register_value',
      'invalid_content_id',
      'invalid_content_id',
      ...Array<string>(4).fill('invalid_register_value'),
    ]);
    expect(state.inspect().outbox).toEqual([]);
    await state.close();
    expect(codeOf(() => favoritesOf(state).add('film'))).toContain('closed');
  });

  it('are one facade for one state', async () => {
    const { state } = await openApp();
    expect(watchedOf(state)).toBe(watchedOf(state));
    expect(registersOf(state, 'x-mood')).toBe(registersOf(state, 'x-mood'));
    expect(() => watchedOf({ ...state })).toThrow('This is no state of createWatchState.');
    await state.close();
  });
});

describe('registers', () => {
  it('[SDK4] fold until they are sent, each for itself', async () => {
    const { state, service, environment } = await openApp();
    service.cut();
    for (const rating of [3, 4, 5]) ratingsOf(state).set('film', rating);
    ratingsOf(state).set('other', 1);
    watchedOf(state).mark('film');
    state.progress.set('film', { positionSeconds: 1, durationSeconds: 100, state: 'paused' });
    expect(state.status.get().pending).toBe(4);
    const durable = state.whenDurable();
    ratingsOf(state).set('film', 6);
    service.isReachable = true;
    await environment.advance(60_000);
    await durable;
    expect(service.storeOf('ada').registers.get('rating film')).toMatchObject({ value: 6 });
    await state.close();
  });

  it('[REG2] of a kind that this version does not know are kept and passed on as they are', async () => {
    const app = await openApp();
    const value = { mood: 'blue', since: [1, { a: null }] };
    app.service.commit('ada', {
      kind: 'register.set',
      register: 'weather',
      key: 'everywhere',
      value,
      timestamp: { physical: app.environment.trueMs, logical: 0 },
      deviceId: 'phone',
    });
    await settled();
    await app.state.whenStored();
    const storage = await app.storage.reborn();
    await app.state.close();
    app.service.isReachable = false;
    const { environment, service } = app;
    const { state } = await openApp({ environment, service, storage });
    expect(registersOf(state, 'weather').get('everywhere')).toEqual(value);
    // A value of a known kind in a form of a newer version is not shown as something that it is not.
    service.isReachable = true;
    await environment.advance(60_000);
    service.commit('ada', {
      kind: 'register.set',
      register: 'rating',
      key: 'film',
      value: { stars: 4 },
      timestamp: { physical: environment.trueMs, logical: 0 },
      deviceId: 'phone',
    });
    await settled();
    expect(ratingsOf(state).list()).toEqual([]);
    expect(registersOf(state, 'rating').get('film')).toEqual({ stars: 4 });
    await state.close();
  });

  it('[SDK2] [SDK9] wait for their person through a restart, a week offline and the sign-in of another', async () => {
    const app = await openApp();
    const { environment, service } = app;
    service.cut();
    watchedOf(app.state).mark('film');
    const playsOf = (state: typeof app.state) =>
      state.inspect().outbox.filter(({ op }) => op.kind === 'play.add').length;
    app.state.progress.set('seen', { positionSeconds: 95, durationSeconds: 100, state: 'playing' });
    expect(playsOf(app.state)).toBe(1);
    await app.state.whenStored();
    const storage = await app.storage.reborn();
    await app.state.close();
    environment.freeze(7 * 24 * 3_600_000);
    // Somebody else uses the device.
    service.isReachable = true;
    const other = await openApp({ environment, service, storage, subject: 'bob' });
    await environment.advance(60_000);
    expect(watchedOf(other.state).list()).toEqual([]);
    expect(service.storeOf('ada').log).toEqual([]);
    await other.state.close();
    const again = await openApp({ environment, service, storage });
    await environment.advance(60_000);
    await again.state.whenDurable();
    expect(watchedOf(again.state).has('film')).toBe(true);
    expect(service.storeOf('ada').plays.entryCount).toBe(1);
    expect(service.storeOf('bob').log).toEqual([]);
    await again.state.close();
  });
});
