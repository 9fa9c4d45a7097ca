import { describe, expect, it } from 'vitest';
import { PLACE_LIFETIME_MS } from '@cuepoint/core';
import { FakeEnvironment } from './testing/fake-environment.ts';
import { FakeService } from './testing/fake-service.ts';
import { DEVICE, openApp, type App } from './testing/open-app.ts';

const MINUTE_MS = 60_000;
const LENGTH = 7_200;

/** The TV and the phone of a person; time passes for both at once. */
async function household() {
  const [here, there] = [new FakeEnvironment({ seed: '1' }), new FakeEnvironment({ seed: '2' })];
  const service = new FakeService(() => here.trueMs);
  const tv = await openApp({ service, environment: here });
  const phone = await openApp({
    service,
    environment: there,
    device: { ...DEVICE, deviceId: 'phone' },
  });
  const pass = async (minutes: number) => {
    for (const environment of [here, there]) await environment.advance(minutes * MINUTE_MS);
  };
  /** The TV plays on, and nobody does anything. */
  const playOn = async (fromSeconds: number, minutes: number) => {
    for (let second = 10; second <= minutes * 60; second += 10) {
      await pass(1 / 6);
      tick(tv, fromSeconds + second);
    }
    await pass(0);
  };
  return { service, tv, phone, pass, playOn };
}

function at(positionSeconds: number, durationSeconds = LENGTH) {
  return { positionSeconds, durationSeconds, state: 'playing' } as const;
}

const act = ({ state }: App, positionSeconds: number, durationSeconds?: number): void =>
  state.progress.set('film', at(positionSeconds, durationSeconds));
const tick = ({ state }: App, positionSeconds: number): boolean =>
  state.progress.report('film', at(positionSeconds));
const placesOf = ({ state }: App) =>
  state.progress
    .places('film')
    .map(({ deviceId, positionSeconds }) => `${deviceId}: ${positionSeconds}`);

describe('a place', () => {
  it('[CLM8] is kept by a screen that is silent, once a minute, and is one act away', async () => {
    const { service, tv, phone, playOn, pass } = await household();
    act(tv, 0);
    await playOn(0, 10);
    act(phone, 600);
    await pass(1);
    const before = service.pushes.length;
    await playOn(660, 30);
    const said = service.pushes.slice(before).flatMap(({ ops }) => ops);
    expect(new Set(said.map(({ kind }) => kind))).toEqual(new Set(['register.set']));
    expect(said.length).toBeGreaterThanOrEqual(29);
    expect(said.length).toBeLessThanOrEqual(31);
    for (const app of [tv, phone]) {
      expect(app.state.progress.resume('film')).toBe(600);
      expect(placesOf(app)).toHaveLength(1);
      const [place] = app.state.progress.places('film');
      expect(place?.deviceId).toBe('tv');
      expect(place?.positionSeconds).toBeGreaterThanOrEqual(660 + 29 * 60);
      expect((place?.atMs ?? 0) - tv.environment.trueMs).toBeGreaterThanOrEqual(-MINUTE_MS);
    }
    const [place] = phone.state.progress.places('film');
    if (place === undefined) throw new Error('there is none');
    phone.state.progress.set('film', { ...place, state: 'paused' });
    await pass(1);
    for (const app of [tv, phone]) {
      expect(app.state.progress.resume('film')).toBe(place.positionSeconds);
      expect(placesOf(app)).toEqual([]);
    }
  });

  it('[CLM8] of a screen that is silent is kept again after its next act', async () => {
    const { tv, phone, playOn, pass } = await household();
    act(tv, 0);
    await pass(1);
    act(phone, 600);
    await pass(1);
    await playOn(1_000, 2);
    act(tv, 1_200);
    await pass(1);
    expect(placesOf(phone)).toEqual([]);
    act(phone, 600);
    await pass(1);
    // What it was at is kept by whoever put it back.
    expect(placesOf(phone)).toEqual(['tv: 1200']);
    await playOn(1_500, 1);
    expect(placesOf(phone)).toEqual(['tv: 1510']);
  });

  it('[CLM8] of another device is kept where it is put back by more than five minutes', async () => {
    const { tv, phone, pass } = await household();
    act(tv, 3_000);
    await pass(1);
    act(phone, 2_700);
    await pass(1);
    expect(placesOf(tv)).toEqual([]);
    act(tv, 3_000);
    await pass(1);
    act(phone, 2_699);
    await pass(1);
    for (const app of [tv, phone]) expect(placesOf(app)).toEqual(['tv: 3000']);
    // Not what this device was at itself: it has gone back.
    act(phone, 100);
    await pass(1);
    expect(placesOf(tv)).toEqual(['tv: 3000']);
  });

  it('[CLM8] is good for 30 days, and those of several devices are told the furthest first', async () => {
    const { service, phone, pass } = await household();
    const lastYear = phone.environment.trueMs - PLACE_LIFETIME_MS;
    const base = { kind: 'register.set', register: 'place' } as const;
    for (const [index, [deviceId, positionSeconds, contentId, ms]] of (
      [
        ['a', 1_000, 'film', 0],
        ['b', 3_000, 'film', 0],
        ['c', 2_000, 'film', lastYear],
        ['d', 4_000, 'film/2', 0],
        ['e', 5_000, 'other', 0],
      ] as const
    ).entries()) {
      service.commit('ada', {
        ...base,
        key: `${deviceId}/${contentId}`,
        value: {
          positionSeconds,
          durationSeconds: LENGTH,
          at: '2026-06-01T00:00:00Z',
        },
        timestamp: { physical: ms || phone.environment.trueMs, logical: index + 1 },
        deviceId,
      });
    }
    await pass(1);
    expect(placesOf(phone)).toEqual(['b: 3000', 'a: 1000']);
    expect(phone.state.progress.resume('film')).toBe(0);
  });

  it('[CLM8] that nobody could read is passed over', async () => {
    const { service, phone, pass } = await household();
    for (const [index, value] of [true, {}, { at: 'today' }, null].entries()) {
      service.commit('ada', {
        kind: 'register.set',
        register: 'place',
        key: `d${index}/film`,
        value,
        timestamp: { physical: phone.environment.trueMs, logical: index + 1 },
        deviceId: 'tv',
      });
    }
    await pass(1);
    expect(placesOf(phone)).toEqual([]);
  });
});

describe('two cuts of one film', () => {
  it('[CLM8] do not overwrite each other’s position: each is gone on with where it was left', async () => {
    const { tv, phone, pass } = await household();
    const [long, short] = [9_000, 7_200];
    act(tv, 3_000, long);
    await pass(1);
    expect(phone.state.progress.resume('film', short)).toBe(0);
    act(phone, 1_000, short);
    await pass(1);
    for (const { state } of [tv, phone]) {
      expect(state.progress.resume('film')).toBe(1_000);
      expect(state.progress.resume('film', short)).toBe(1_000);
      expect(state.progress.resume('film', long)).toBe(3_000);
    }
    // On one device as well.
    act(tv, 3_100, long);
    await pass(1);
    act(tv, 1_100, short);
    await pass(1);
    expect(phone.state.progress.resume('film', long)).toBe(3_100);
    expect(phone.state.progress.resume('film', short)).toBe(1_100);
  });

  it.each([
    [7_200, 7_271, 3_000],
    [7_200, 7_273, 0],
    [7_200, 0, 3_000],
    [0, 7_200, 3_000],
  ])('[CLM8] are two from one percent on: %d and %d', async (begun, opened, resumed) => {
    const { phone } = await household();
    act(phone, 3_000, begun);
    expect(phone.state.progress.resume('film', opened)).toBe(resumed);
  });
});
