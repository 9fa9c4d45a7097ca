import { timestampToText } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
let nowMs = Date.UTC(2026, 4, 1);
beforeAll(async () => {
  api = await createTestApi({ databaseUrl: inject('postgresUrl'), now: () => nowMs });
});
afterAll(() => api.close());

const playing = { positionSeconds: 10, durationSeconds: 100, state: 'playing' };

describe('progress over HTTP', () => {
  it('stores a position, reads it back and lists it by status', async () => {
    const user = await api.createUser();
    const put = await user.call('PUT', '/progress/film', { body: playing, device: 'tv' });
    expect(put).toMatchObject({
      status: 200,
      body: { result: 'applied', ...playing, deviceId: 'tv' },
    });
    await user.call('PUT', '/progress/done', { body: { ...playing, positionSeconds: 95 } });
    const item = await user.call('GET', '/progress/film');
    expect(item.body).toMatchObject({
      contentId: 'film',
      ...playing,
      timestamp: put.body.timestamp,
    });
    const idsOf = async (status: string) =>
      (await user.call('GET', `/progress?status=${status}`)).body.items.map(
        (entry: { contentId: string }) => entry.contentId,
      );
    expect(await idsOf('in_progress')).toEqual(['film']);
    expect(await idsOf('completed')).toEqual(['done']);
    expect(await idsOf('all')).toEqual(['film', 'done']);
  });

  it('the newest intent wins over a winner that is ahead of the arrival', async () => {
    const user = await api.createUser();
    const timestamp = timestampToText({ physical: nowMs + 50_000, logical: 7 });
    await user.call('PUT', '/progress/film', { body: { ...playing, timestamp }, device: 'fast' });
    const next = await user.call('PUT', '/progress/film', {
      body: { ...playing, positionSeconds: 20 },
      device: 'tv',
    });
    expect(next.body).toMatchObject({
      result: 'applied',
      timestamp: timestampToText({ physical: nowMs + 50_000, logical: 8 }),
    });
  });

  it('[LWW3] writes of one device in one millisecond get stamps of their own, in order', async () => {
    const user = await api.createUser();
    const stamps: string[] = [];
    for (const positionSeconds of [1, 2, 3]) {
      const { body } = await user.call('PUT', '/progress/film', {
        body: { ...playing, positionSeconds },
      });
      expect(body.result).toBe('applied');
      stamps.push(body.timestamp);
    }
    expect(new Set(stamps).size).toBe(3);
    expect((await user.call('GET', '/progress/film')).body.positionSeconds).toBe(3);
  });

  it('[LWW3] concurrent writes of one device in one millisecond never answer stamp_reused', async () => {
    const user = await api.createUser();
    const answers = await Promise.all(
      [1, 2].map((positionSeconds) =>
        user.call('PUT', '/progress/film', { body: { ...playing, positionSeconds } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('the same write of the same moment is a duplicate of itself', async () => {
    const user = await api.createUser();
    const first = await user.call('PUT', '/progress/film', { body: playing });
    const again = await user.call('PUT', '/progress/film', { body: playing });
    expect(again.body).toMatchObject({ result: 'duplicate', timestamp: first.body.timestamp });
  });

  it('[LWW6] a passive report that moves nothing mints no stamp', async () => {
    const user = await api.createUser();
    const paused = { ...playing, state: 'paused', passive: true };
    const first = await user.call('PUT', '/progress/film', { body: paused, device: 'tv' });
    nowMs += 30_000;
    const again = await user.call('PUT', '/progress/film', { body: paused, device: 'tv' });
    expect(again.body).toMatchObject({ result: 'duplicate', timestamp: first.body.timestamp });
    const active = await user.call('PUT', '/progress/film', {
      body: { ...paused, passive: false },
      device: 'tv',
    });
    expect(active.body.result).toBe('applied');
    expect(active.body.timestamp > first.body.timestamp).toBe(true);
  });

  it("[LWW6] a paused TV's timer never beats the phone that went on", async () => {
    const user = await api.createUser();
    await user.call('PUT', '/progress/film', { body: playing, device: 'tv' });
    nowMs += 1_000;
    await user.call('PUT', '/progress/film', {
      body: { ...playing, positionSeconds: 60 },
      device: 'phone',
    });
    nowMs += 1_000;
    const late = await user.call('PUT', '/progress/film', {
      body: { ...playing, positionSeconds: 11, passive: true },
      device: 'tv',
    });
    expect(late).toMatchObject({
      status: 200,
      body: { result: 'superseded', winner: { positionSeconds: 60, deviceId: 'phone' } },
    });
    expect((await user.call('GET', '/progress/film')).body.positionSeconds).toBe(60);
  });

  it('[LWW6] a passive report that names no device beats no other screen that names none', async () => {
    const user = await api.createUser();
    const put = (body: object) => user.call('PUT', '/progress/film', { body });
    expect((await put({ ...playing, passive: true })).body.result).toBe('applied');
    nowMs += 1_000;
    expect((await put({ ...playing, positionSeconds: 60 })).body.result).toBe('applied');
    nowMs += 1_000;
    const late = await put({ ...playing, positionSeconds: 11, passive: true });
    expect(late.body).toMatchObject({ result: 'superseded', winner: { positionSeconds: 60 } });
    expect((await user.call('GET', '/progress/film')).body.positionSeconds).toBe(60);
    await user.call('DELETE', '/progress/film');
    const cleared = await put({ ...playing, positionSeconds: 12, passive: true });
    expect(cleared.body).toMatchObject({
      result: 'superseded',
      winner: { kind: 'progress.clear' },
    });
  });

  it('[CLM7] a passive report goes on with the claim that its device has stored', async () => {
    const user = await api.createUser();
    const put = (positionSeconds: number, device: string, passive = true) =>
      user.call('PUT', '/progress/film', {
        body: { ...playing, positionSeconds, passive },
        device,
      });
    const act = await put(10, 'tv', false);
    expect(act.body).not.toHaveProperty('claim');
    for (const positionSeconds of [20, 30]) {
      nowMs += 10_000;
      const tick = await put(positionSeconds, 'tv');
      expect(tick.body).toMatchObject({ result: 'applied', claim: act.body.timestamp });
      expect(tick.body.timestamp > act.body.timestamp).toBe(true);
    }
    expect((await user.call('GET', '/progress/film')).body.claim).toBe(act.body.timestamp);
    // An act on the phone that was made before the last of these reports, and comes late.
    const timestamp = timestampToText({ physical: nowMs - 5_000, logical: 0 });
    const late = { ...playing, positionSeconds: 500, timestamp };
    const acted = await user.call('PUT', '/progress/film', { body: late, device: 'phone' });
    expect(acted.body).toMatchObject({ result: 'applied', timestamp });
    nowMs += 10_000;
    expect((await put(40, 'tv')).body).toMatchObject({
      result: 'superseded',
      winner: { positionSeconds: 500, deviceId: 'phone' },
    });
    const back = await put(41, 'tv', false);
    expect(back.body.result).toBe('applied');
    expect(back.body).not.toHaveProperty('claim');
  });

  it('[CLM7] [LWW2] a passive report does not bring back what its own device cleared', async () => {
    const user = await api.createUser();
    const put = (positionSeconds: number, passive: boolean) =>
      user.call('PUT', '/progress/film', {
        body: { ...playing, positionSeconds, passive },
        device: 'tv',
      });
    await put(10, false);
    await user.call('DELETE', '/progress/film', { device: 'tv' });
    for (const positionSeconds of [20, 30]) {
      nowMs += 10_000;
      expect((await put(positionSeconds, true)).body).toMatchObject({
        result: 'superseded',
        winner: { kind: 'progress.clear', deviceId: 'tv' },
      });
    }
    expect((await user.call('GET', '/progress/film')).status).toBe(404);
    expect((await put(40, false)).body.result).toBe('applied');
    nowMs += 10_000;
    expect((await put(50, true)).body.result).toBe('applied');
  });

  it('[CLM7] an act of its own device that lands meanwhile is no passive report’s to beat', async () => {
    const user = await api.createUser();
    const put = (positionSeconds: number, passive: boolean) =>
      user.call('PUT', '/progress/film', {
        body: { ...playing, positionSeconds, passive },
        device: 'tv',
      });
    await put(10, false);
    nowMs += 10_000;
    const [act, tick] = await Promise.all([put(900, false), put(20, true)]);
    expect(act.body.result).toBe('applied');
    expect(['applied', 'superseded']).toContain(tick.body.result);
    nowMs += 10_000;
    const { body } = await user.call('GET', '/progress/film');
    // Whichever came first: the act is later, or the report goes on with it.
    expect(body.claim ?? body.timestamp).toBe(act.body.timestamp);
  });

  it('[CLM2] a stamped report carries its claim, and an act loses nothing by one that it equals', async () => {
    const user = await api.createUser();
    const at = (physical: number) => timestampToText({ physical, logical: 0 });
    const put = (positionSeconds: number, stamp: object, device: string) =>
      user.call('PUT', '/progress/film', {
        body: { ...playing, positionSeconds, ...stamp },
        device,
      });
    const act = await put(60, { timestamp: at(nowMs - 5_000), claim: at(nowMs - 5_000) }, 'phone');
    expect(act.body).not.toHaveProperty('claim');
    const tick = await put(11, { timestamp: at(nowMs), claim: at(nowMs - 9_000) }, 'tv');
    expect(tick.body).toMatchObject({ result: 'superseded', winner: { deviceId: 'phone' } });
    const stamp = { timestamp: at(nowMs), claim: at(nowMs - 5_000) };
    expect((await put(65, stamp, 'phone')).body).toMatchObject({ result: 'applied', ...stamp });
    expect((await put(65, stamp, 'phone')).body.result).toBe('duplicate');
    expect((await put(66, stamp, 'phone')).body.code).toBe('stamp_reused');
  });

  it.each([
    ['after its timestamp', (at: (ms: number) => string) => ({ timestamp: at(-5), claim: at(-4) })],
    ['from the future', (at: (ms: number) => string) => ({ timestamp: at(0), claim: at(9e8) })],
    ['without a timestamp', (at: (ms: number) => string) => ({ claim: at(0) })],
    ['of a passive report', (at: (ms: number) => string) => ({ claim: at(0), passive: true })],
    ['that is no timestamp', (at: (ms: number) => string) => ({ timestamp: at(0), claim: '0' })],
  ])('[CLM2] a claim %s is refused, and nothing is stored', async (_, stampOf) => {
    const user = await api.createUser();
    const at = (ms: number) => timestampToText({ physical: nowMs + ms, logical: 0 });
    const body = { ...playing, ...stampOf(at) };
    expect(await user.call('PUT', '/progress/film', { body, device: 'tv' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_claim', field: 'claim' },
    });
    expect((await user.call('GET', '/progress/film')).status).toBe(404);
  });

  it('[CLM2] a claim ahead of the clock is told from its timestamp, which is ahead too', async () => {
    const user = await api.createUser();
    const timestamp = timestampToText({ physical: nowMs + 3_600_000, logical: 1 });
    const claim = timestampToText({ physical: nowMs + 3_600_000, logical: 0 });
    const body = { ...playing, timestamp, claim };
    expect(await user.call('PUT', '/progress/film', { body, device: 'tv' })).toMatchObject({
      body: { code: 'clock_ahead', field: 'timestamp' },
    });
  });

  describe('what a person may want back', () => {
    const HOUR = 3_600;
    const film = { ...playing, durationSeconds: 2 * HOUR };

    /** What is kept of a user's screens, by key. */
    async function placesOf(user: Awaited<ReturnType<typeof api.createUser>>) {
      const { changes } = (await user.call('GET', '/sync')).body;
      const places = changes.filter((op: { register?: string }) => op.register === 'place');
      return Object.fromEntries(
        places.map((op: { key: string; value: object }) => [op.key, op.value]),
      );
    }

    it.each([
      ['that the service stamps', () => ({})],
      ['with a stamp', () => ({ timestamp: timestampToText({ physical: nowMs, logical: 0 }) })],
    ])('[CLM8] a write %s keeps the place of the screen that was far ahead', async (_, stamp) => {
      const user = await api.createUser();
      await user.call('PUT', '/progress/film', {
        body: { ...film, positionSeconds: HOUR },
        device: 'tv',
      });
      const at = new Date(nowMs).toISOString().replace('.000Z', 'Z');
      nowMs += 60_000;
      const body = { ...film, positionSeconds: 2, ...stamp() };
      const { body: answer } = await user.call('PUT', '/progress/film', { body, device: 'phone' });
      expect(answer.result).toBe('applied');
      expect((await user.call('GET', '/progress/film')).body.positionSeconds).toBe(2);
      const place = { positionSeconds: HOUR, durationSeconds: 2 * HOUR, at };
      expect(await placesOf(user)).toEqual({ 'tv/film': place });
    });

    it.each([
      ['five minutes behind', { positionSeconds: HOUR - 300 }, 'phone'],
      ['ahead', { positionSeconds: HOUR + 900 }, 'phone'],
      ['of its own device', { positionSeconds: 2 }, 'tv'],
      ['of a timer, which does not count', { positionSeconds: 2, passive: true }, 'phone'],
      ['that is older', { positionSeconds: 2, timestamp: '000000000001-0000' }, 'phone'],
    ])('[CLM8] a write %s keeps none', async (_, change, device) => {
      const user = await api.createUser();
      await user.call('PUT', '/progress/film', {
        body: { ...film, positionSeconds: HOUR },
        device: 'tv',
      });
      nowMs += 60_000;
      await user.call('PUT', '/progress/film', { body: { ...film, ...change }, device });
      expect(await placesOf(user)).toEqual({});
    });

    it('[CLM8] a write in another cut keeps the place in the first', async () => {
      const user = await api.createUser();
      const put = (durationSeconds: number) =>
        user.call('PUT', '/progress/film', {
          body: { ...film, positionSeconds: HOUR, durationSeconds },
          device: 'tv',
        });
      for (const seconds of [7_200, 7_271, 6_000]) {
        nowMs += 60_000;
        await put(seconds);
      }
      expect(await placesOf(user)).toMatchObject({ 'tv/film': { durationSeconds: 7_271 } });
    });
  });

  it('refuses a passive report with a timestamp', async () => {
    const user = await api.createUser();
    const timestamp = timestampToText({ physical: nowMs, logical: 0 });
    const answer = await user.call('PUT', '/progress/film', {
      body: { ...playing, timestamp, passive: true },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', field: 'passive' },
    });
  });

  it('[LWW1] a stamped write is used as given: older is superseded, repeated is a duplicate', async () => {
    const user = await api.createUser();
    const at = (physical: number) => timestampToText({ physical, logical: 0 });
    const put = (timestamp: string, positionSeconds: number) =>
      user.call('PUT', '/progress/film', { body: { ...playing, timestamp, positionSeconds } });
    expect((await put(at(nowMs), 50)).body).toMatchObject({
      result: 'applied',
      timestamp: at(nowMs),
    });
    expect((await put(at(1), 5)).body).toMatchObject({
      result: 'superseded',
      winner: { positionSeconds: 50 },
    });
    expect((await put(at(nowMs), 50)).body.result).toBe('duplicate');
    expect(await put(at(nowMs), 51)).toMatchObject({ status: 409, body: { code: 'stamp_reused' } });
  });

  it('[HLC4] refuses a timestamp past the drift bound and tells its own time', async () => {
    const user = await api.createUser();
    const put = (physical: number) =>
      user.call('PUT', '/progress/film', {
        body: { ...playing, timestamp: timestampToText({ physical, logical: 0 }) },
      });
    expect(await put(nowMs + 60_001)).toMatchObject({
      status: 409,
      body: { code: 'clock_ahead', field: 'timestamp', serverTime: nowMs },
    });
    expect((await user.call('GET', '/progress/film')).status).toBe(404);
    expect((await put(nowMs + 60_000)).status).toBe(200);
    expect((await put(0)).body.result).toBe('superseded');
  });

  it('[HLC4] takes a timestamp that is ahead of the clock where one is stored of the same content', async () => {
    const user = await api.createUser();
    const put = (film: string, aheadMs: number, positionSeconds = 10) =>
      user.call('PUT', `/progress/${film}`, {
        body: {
          ...playing,
          positionSeconds,
          timestamp: timestampToText({ physical: nowMs + aheadMs, logical: 0 }),
        },
      });
    await put('film', 0);
    // The clock is set back half an hour; the screen goes on.
    nowMs -= 1_800_000;
    expect((await put('film', 1_800_001, 3_600)).body.result).toBe('applied');
    expect((await put('film', 1_860_002)).body.code).toBe('clock_ahead');
    expect((await put('other', 1_800_001)).body.code).toBe('clock_ahead');
    expect((await put('film', 1_800_001, 3_600)).body.result).toBe('duplicate');
    const { body } = await user.call('GET', '/progress/film');
    expect(body).toMatchObject({
      positionSeconds: 3_600,
      updatedAt: new Date(nowMs).toISOString(),
    });
    const unstamped = await user.call('PUT', '/progress/film', { body: playing });
    expect(unstamped.body.result).toBe('applied');
    nowMs += 1_800_000;
  });

  it('tells when it happened, not when the service heard of it', async () => {
    const user = await api.createUser();
    const watchedMs = nowMs - 86_400_000;
    const timestamp = timestampToText({ physical: watchedMs, logical: 0 });
    await user.call('PUT', '/progress/film', { body: { ...playing, timestamp } });
    await user.call('PUT', '/progress/now', { body: playing });
    const { items } = (await user.call('GET', '/progress')).body;
    const byFilm = Object.fromEntries(
      items.map((item: { contentId: string; updatedAt: string }) => [
        item.contentId,
        Date.parse(item.updatedAt),
      ]),
    );
    expect(byFilm).toEqual({ film: watchedMs, now: nowMs });
    expect(Object.keys(byFilm)).toEqual(['now', 'film']);
  });

  it('[LWW4] drops fractions of seconds, and takes a duration that is not known', async () => {
    const user = await api.createUser();
    const timestamp = timestampToText({ physical: nowMs, logical: 0 });
    const put = (body: object) =>
      user.call('PUT', '/progress/episode', { body: { state: 'paused', timestamp, ...body } });
    expect((await put({ positionSeconds: 12.97 })).body).toMatchObject({
      result: 'applied',
      positionSeconds: 12,
      durationSeconds: 0,
    });
    // What is stored is what is compared.
    expect((await put({ positionSeconds: 12.5, durationSeconds: 0.9 })).body.result).toBe(
      'duplicate',
    );
    expect((await put({ positionSeconds: 13.1 })).body.code).toBe('stamp_reused');
    for (const positionSeconds of [-0.5, 2_147_483_647.5, '12', null]) {
      expect((await put({ positionSeconds })).body.code).toBe('invalid_seconds');
    }
  });

  it('[LWW2] a cleared position stays cleared for older writes, and clearing is idempotent', async () => {
    const user = await api.createUser();
    const before = timestampToText({ physical: nowMs, logical: 0 });
    await user.call('PUT', '/progress/film', { body: playing });
    expect((await user.call('DELETE', '/progress/film')).body.result).toBe('applied');
    expect((await user.call('DELETE', '/progress/film')).body.result).toBe('duplicate');
    expect((await user.call('DELETE', '/progress/never')).body.result).toBe('duplicate');
    expect((await user.call('GET', '/progress/film')).status).toBe(404);
    const late = await user.call('PUT', '/progress/film', {
      body: { ...playing, timestamp: before },
    });
    expect(late.body).toMatchObject({ result: 'superseded', winner: { kind: 'progress.clear' } });
  });

  it('[LWW4] accepts a position past the duration and the greatest seconds', async () => {
    const user = await api.createUser();
    const body = { positionSeconds: 2_147_483_647, durationSeconds: 0, state: 'stopped' };
    expect((await user.call('PUT', '/progress/film', { body })).body).toMatchObject(body);
  });
});
