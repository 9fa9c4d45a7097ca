import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, openStreet, type Evening, type Street } from './screens.ts';

/** The embedded database makes its files; on a machine that is busy it takes a minute. */
const TIMEOUT_MS = 240_000;

describe.each(ENGINES)('an evening, on %s', { timeout: TIMEOUT_MS }, (engine) => {
  let street: Street;
  let evening: Evening | undefined;
  beforeAll(async () => {
    street = await openStreet(engine);
  }, TIMEOUT_MS);
  afterEach(() => evening?.end());
  afterAll(() => street?.close());

  it('[CLM3] [CLM4] a TV is left playing at 22:00, the phone goes on from 22:30 to 22:35, the TV runs to its end at 22:45: everybody resumes where the phone stopped', async () => {
    evening = await street.begin('22:00', 45 * 60);
    const [tv, phone] = [await evening.turnOn('tv'), await evening.turnOn('phone')];
    await tv.watch();
    await evening.pass(30);
    await phone.until(() => phone.resumes === 30 * 60);

    await phone.watch();
    await tv.untilMovedBy('phone');
    const saidBefore = tv.told('progress.set').length;
    await evening.pass(5);
    phone.media.pause();
    await evening.pass(10);
    expect(tv.media.ended).toBe(true);
    expect(tv.told('progress.set')).toHaveLength(saidBefore);

    const tablet = await evening.turnOn('tablet');
    for (const screen of [tv, phone, tablet]) {
      await screen.until(() => screen.resumes === 35 * 60);
      expect(screen.at?.deviceId).toBe('phone');
    }
    // History says that the TV played it.
    expect([tv.told('play.add').length, phone.told('play.add').length]).toEqual([1, 0]);
    await tv.state.whenDurable();
    expect(await evening.history()).toMatchObject([{ contentId: evening.film }]);
    // One act on the TV, and it is there again.
    await tv.watch();
    tv.media.playTo(36 * 60);
    tv.media.pause();
    await Promise.all(
      [phone, tablet].map((screen) => screen.until(() => screen.resumes === 2_160)),
    );
  });

  it('[CLM8] a child presses play on the phone for two seconds, the TV is watched for another hour and loses power: the phone’s place wins, the TV’s is one act away on every screen', async () => {
    evening = await street.begin('20:00', 2 * 60 * 60 + 30 * 60);
    const [tv, phone] = [await evening.turnOn('tv'), await evening.turnOn('phone')];
    await tv.watch();
    await evening.pass(60);
    await phone.until(() => phone.resumes === 60 * 60);
    await phone.watch();
    phone.media.playTo(60 * 60 + 2);
    phone.media.pause();
    await tv.untilMovedBy('phone');
    await evening.pass(60);
    await tv.losePower();

    const tablet = await evening.turnOn('tablet');
    for (const screen of [phone, tablet]) {
      await screen.until(() => screen.places.length > 0);
      expect(screen.resumes).toBe(60 * 60 + 2);
      const [place, ...others] = screen.places;
      expect([place?.deviceId, others]).toEqual(['tv', []]);
      // At most a minute is lost.
      expect(2 * 60 * 60 - (place?.positionSeconds ?? 0)).toBeLessThanOrEqual(60);
    }
    const [place] = tablet.places;
    if (place === undefined) throw new Error('there is none');
    tablet.state.progress.set(evening.film, { ...place, state: 'paused' });
    const again = await evening.turnOn('tv');
    for (const screen of [phone, tablet, again]) {
      await screen.until(() => screen.resumes === place.positionSeconds);
      expect(screen.places).toEqual([]);
    }
  });

  it('[CLM3] [CLM6] the same where the TV hears of nobody from 22:29 on', async () => {
    evening = await street.begin('22:00', 45 * 60);
    const [tv, phone] = [await evening.turnOn('tv'), await evening.turnOn('phone')];
    await tv.watch();
    await evening.pass(29);
    await phone.untilMovedBy('tv');
    tv.setNetwork(false);
    await tv.until(() => !tv.isOnline);
    await evening.pass(1);
    await phone.watch();
    await evening.pass(5);
    phone.media.pause();
    await evening.pass(10);
    expect(tv.media.ended).toBe(true);
    expect(tv.at?.isCompleted).toBe(true);
    tv.setNetwork(true);
    await tv.state.whenDurable();
    const tablet = await evening.turnOn('tablet');
    for (const screen of [tv, phone, tablet]) {
      await screen.until(() => screen.resumes === 34 * 60);
      expect(screen.at?.deviceId).toBe('phone');
      expect(screen.state.status.get()).toMatchObject({ pending: 0, deadLetters: 0 });
    }
  });

  it('[CLM5] a series that plays on by itself through the night moves no other screen', async () => {
    evening = await street.begin('23:00', 45 * 60);
    const [tv, phone] = [await evening.turnOn('tv'), await evening.turnOn('phone')];
    await tv.watch({ contentId: 'episode:1' });
    await evening.pass(30);
    // The second one was begun on the phone, and the first one ends on the TV.
    await phone.watch({ contentId: 'episode:2' });
    await evening.pass(5);
    phone.media.pause();
    await evening.pass(10);
    expect(tv.media.ended).toBe(true);
    await tv.watch({ contentId: 'episode:2', startedBy: 'autoplay' });
    await evening.pass(5);
    await tv.watch({ contentId: 'episode:3', startedBy: 'autoplay' });
    await evening.pass(5);
    await phone.until(() => phone.state.progress.get('episode:3') !== undefined);
    for (const { state } of [tv, phone]) {
      expect(state.progress.get('episode:2')?.deviceId).toBe('phone');
      expect(state.progress.resume('episode:2')).toBe(5 * 60);
      // What a person did last comes first; what began by itself is of the same act as what it followed.
      const latest = state.progress.list().map(({ contentId }) => contentId);
      expect(latest).toEqual(['episode:2', 'episode:1', 'episode:3']);
    }
  });
});
