import { textToTimestamp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { FakeEnvironment } from './testing/fake-environment.ts';
import { FakeService, fakeToken } from './testing/fake-service.ts';
import { DEVICE, openApp, type App, type AppOptions } from './testing/open-app.ts';

const MINUTE_MS = 60_000;
const [IN_1970, IN_2099] = [60_000, Date.UTC(2099, 0, 1)];

/** The TV and the phone of a person; time passes for both at once. */
async function household(tvOptions: AppOptions = {}) {
  const environments = [new FakeEnvironment({ seed: '1' }), new FakeEnvironment({ seed: '2' })];
  const [here = new FakeEnvironment(), there] = environments;
  const service = new FakeService(() => here.trueMs);
  const tv = await openApp({ service, environment: here, ...tvOptions });
  const phone = await openApp({
    service,
    ...(there && { environment: there }),
    device: { ...DEVICE, deviceId: 'phone' },
  });
  return {
    service,
    tv,
    phone,
    pass: async (minutes: number) => {
      for (const environment of environments) await environment.advance(minutes * MINUTE_MS);
    },
  };
}

function act({ state }: App, positionSeconds: number, contentId = 'film'): void {
  state.progress.set(contentId, { positionSeconds, durationSeconds: 6_000, state: 'playing' });
}

function tick({ state }: App, positionSeconds: number, contentId = 'film'): boolean {
  const position = { positionSeconds, durationSeconds: 6_000, state: 'playing' } as const;
  return state.progress.report(contentId, position);
}

function starts({ state }: App, contentId: string): boolean {
  const position = { positionSeconds: 1, durationSeconds: 6_000, state: 'playing' } as const;
  return state.progress.report(contentId, position, { startedBy: 'autoplay' });
}

/** What the service was told of a content last, its times by the true clock in minutes. */
function toldLast(service: FakeService, environment: FakeEnvironment, contentId = 'film') {
  const [op] = service.pushes
    .flatMap(({ ops }) => ops)
    .filter((each) => each.contentId === contentId)
    .slice(-1);
  const minutesAgo = (text: string | undefined) =>
    text === undefined
      ? undefined
      : Math.round((environment.trueMs - (textToTimestamp(text)?.physical ?? 0)) / MINUTE_MS);
  const claim = op !== undefined && 'claim' in op ? op.claim : undefined;
  return { madeAgo: minutesAgo(op?.timestamp), claimAgo: minutesAgo(claim) };
}

describe('a report', () => {
  it('[CLM3] keeps the claim of the act that it continues', async () => {
    const { tv, phone, service, pass } = await household();
    act(tv, 10);
    await pass(20);
    expect(tick(tv, 1_210)).toBe(true);
    await pass(5);
    expect(toldLast(service, tv.environment)).toEqual({ madeAgo: 5, claimAgo: 25 });
    const { engagedAtMs, updatedAtMs } = phone.state.progress.get('film') ?? {};
    expect([engagedAtMs, updatedAtMs]).toEqual(
      [25, 5].map((minutes) => tv.environment.trueMs - minutes * MINUTE_MS),
    );
  });

  it('[CLM3] writes nothing while a later act is known, until the next act here', async () => {
    const { tv, phone, service, pass } = await household();
    act(tv, 10);
    await pass(30);
    act(phone, 1_800);
    await pass(1);
    const before = toldLast(service, tv.environment);
    expect(tick(tv, 1_860)).toBe(false);
    await pass(1);
    expect(toldLast(service, tv.environment).madeAgo).toBe((before.madeAgo ?? 0) + 1);
    expect(tv.state.progress.resume('film')).toBe(1_800);
    act(tv, 1_920);
    await pass(1);
    expect(phone.state.progress.resume('film')).toBe(1_920);
    expect(tick(tv, 1_980)).toBe(true);
  });

  it('[CLM3] loses to a later act that it did not know of', async () => {
    const { tv, phone, service, pass } = await household();
    act(tv, 10);
    await pass(30);
    service.cut();
    tick(tv, 1_800);
    await pass(1);
    service.isReachable = true;
    phone.state.reconnect();
    await pass(0);
    act(phone, 600);
    await pass(5);
    tv.state.reconnect();
    await pass(5);
    for (const { state } of [tv, phone]) expect(state.progress.resume('film')).toBe(600);
  });

  it('[CLM3] [LWW2] does not bring back what was cleared on this device while it plays there, after a restart neither', async () => {
    const { tv, phone, service, pass } = await household();
    act(tv, 600);
    await pass(1);
    tv.state.progress.clear('film');
    expect([tick(tv, 620), starts(tv, 'film')]).toEqual([false, false]);
    await pass(1);
    for (const { state } of [tv, phone]) {
      expect(state.progress.get('film')).toBeUndefined();
      // The place that it keeps is one act away, and nobody is put there.
      expect(state.progress.places('film')).toMatchObject([{ positionSeconds: 620 }]);
      expect(state.progress.resume('film', 7_200)).toBe(0);
    }
    await tv.state.close();
    const { environment, storage } = tv;
    const again = await openApp({ service, environment, storage });
    expect([tick(again, 640), starts(again, 'film')]).toEqual([false, false]);
    act(again, 650);
    expect(tick(again, 660)).toBe(true);
    await pass(1);
    expect(phone.state.progress.resume('film')).toBe(660);
  });

  it('[CLM3] does not bring back what another device cleared', async () => {
    const { tv, phone, pass } = await household();
    act(tv, 10);
    await pass(1);
    phone.state.progress.clear('film');
    await pass(1);
    expect(tick(tv, 130)).toBe(false);
  });

  it('[CLM3] of an app that starts again goes on with the act of before', async () => {
    const { tv, phone, service, pass } = await household();
    act(tv, 10);
    await pass(30);
    const storage = await tv.storage.reborn();
    await tv.state.close();
    const again = await openApp({ service, environment: tv.environment, storage });
    await pass(0);
    expect(tick(again, 1_830)).toBe(true);
    await pass(1);
    expect(toldLast(service, tv.environment)).toEqual({ madeAgo: 1, claimAgo: 31 });
    act(phone, 600);
    await pass(1);
    expect(tick(again, 1_950)).toBe(false);
  });

  it('[CLM3] of another tab that was left playing is silent as well', async () => {
    const { tv, service, pass } = await household();
    act(tv, 10);
    await pass(1);
    // Another run of the device, as a tab is.
    const tab = await openApp({
      service,
      environment: tv.environment,
      storage: await tv.storage.reborn(),
    });
    await pass(1);
    act(tab, 3_000);
    await pass(1);
    tv.state.reconnect();
    await pass(1);
    expect(tv.state.progress.resume('film')).toBe(3_000);
    expect(tick(tv, 190)).toBe(false);
  });

  it('[CLM3] [SDK9] goes on with no act of whoever was signed in before', async () => {
    let subject = 'ada';
    const position = (positionSeconds: number) =>
      ({ positionSeconds, durationSeconds: 6_000, state: 'playing' }) as const;
    const app = await openApp({ getToken: () => fakeToken(subject) });
    const { state, service, environment } = app;
    await environment.advance(0);
    service.commit('bob', {
      kind: 'progress.set',
      contentId: 'film',
      ...position(500),
      timestamp: { physical: environment.trueMs, logical: 0 },
      deviceId: 'phone',
    });
    await environment.advance(60_000);
    state.progress.set('film', position(100));
    state.progress.set('other', position(200));
    await environment.advance(1_000);
    subject = 'bob';
    service.socket.end();
    await environment.advance(60_000);
    expect(state.status.get().userId).toBe('user-bob');
    expect(state.progress.report('film', position(600))).toBe(false);
    expect(state.progress.resume('film')).toBe(500);
    // What the other one's player said last is news of this one's.
    expect(state.progress.report('other', position(200))).toBe(true);
    await state.close();
  });

  it('[CLM3] of a device on which nobody did anything leaves what others did alone', async () => {
    const { tv, phone, pass } = await household();
    act(phone, 600);
    await pass(1);
    expect(tick(tv, 10)).toBe(false);
    expect(starts(tv, 'film')).toBe(false);
    expect(tick(tv, 10, 'other')).toBe(true);
    await pass(1);
    // It has said something elsewhere since, and that is not this.
    expect(tick(tv, 70)).toBe(false);
  });
});

describe('an act', () => {
  it('[CLM4] takes over at once, from a screen with a clock ahead too', async () => {
    const { tv, phone, pass } = await household();
    phone.environment.skewMs = 30_000;
    act(phone, 600);
    await pass(1);
    act(tv, 10);
    await pass(1);
    for (const { state } of [tv, phone]) expect(state.progress.resume('film')).toBe(10);
  });

  it('[CLM4] is what a dead letter is that is made again', async () => {
    const { tv, service, pass } = await household();
    act(tv, 10);
    await pass(5);
    service.answerInstead = ({ id }) => ({
      type: 'ack',
      id,
      results: [{ result: 'rejected', code: 'quota_exceeded' }],
    });
    tick(tv, 310);
    await pass(1);
    service.answerInstead = undefined;
    const [letter] = tv.state.deadLetters.list();
    tv.state.deadLetters.retry(letter?.id ?? '');
    await pass(1);
    expect(toldLast(service, tv.environment)).toEqual({ madeAgo: 1, claimAgo: undefined });
  });
});

describe('what starts by itself', () => {
  it('[CLM5] inherits the last act on the device', async () => {
    const { tv, phone, service, pass } = await household();
    act(tv, 10, 'episode 1');
    await pass(30);
    expect(starts(tv, 'episode 2')).toBe(true);
    await pass(10);
    tick(tv, 600, 'episode 2');
    await pass(1);
    const told = toldLast(service, tv.environment, 'episode 2');
    expect(told).toEqual({ madeAgo: 1, claimAgo: 41 });
    act(phone, 100, 'episode 2');
    await pass(1);
    expect(tick(tv, 700, 'episode 2')).toBe(false);
    expect(starts(tv, 'episode 3')).toBe(true);
  });

  it('[CLM5] inherits it where the content was begun long ago, too', async () => {
    const { tv, phone, service, pass } = await household();
    act(tv, 10, 'episode 2');
    await pass(60);
    act(phone, 500, 'episode 2');
    await pass(60);
    act(tv, 10, 'episode 1');
    await pass(30);
    expect(starts(tv, 'episode 2')).toBe(true);
    await pass(1);
    const told = toldLast(service, tv.environment, 'episode 2');
    expect(told).toEqual({ madeAgo: 1, claimAgo: 31 });
  });

  it('[CLM5] inherits it from a run of the app before this one', async () => {
    const { tv, phone, service, pass } = await household();
    act(tv, 10, 'episode 1');
    await pass(30);
    act(phone, 500, 'episode 2');
    await pass(1);
    const storage = await tv.storage.reborn();
    await tv.state.close();
    const again = await openApp({ service, environment: tv.environment, storage });
    await pass(1);
    expect(starts(again, 'episode 2')).toBe(false);
    expect(starts(again, 'episode 3')).toBe(true);
    await pass(1);
    const told = toldLast(service, tv.environment, 'episode 3');
    expect(told).toEqual({ madeAgo: 1, claimAgo: 33 });
  });
});

describe('claims that wait', () => {
  /** The TV has never heard of the service, and its clock is wrong. */
  async function lost(wallMs: number) {
    const { service, tv, pass, phone } = await household();
    await tv.state.close();
    service.cut();
    tv.environment.skewMs = wallMs - tv.environment.trueMs;
    const again = await openApp({ service, environment: tv.environment });
    const found = async () => {
      service.isReachable = true;
      again.state.reconnect();
      await pass(2);
    };
    return { service, tv: again, phone, pass, found };
  }

  it.each([IN_1970, IN_2099])(
    '[CLM6] move with what continues them, at a clock of %i',
    async (wallMs) => {
      const { service, tv, pass, found } = await lost(wallMs);
      act(tv, 10);
      await pass(20);
      tick(tv, 1_210);
      await pass(10);
      tick(tv, 1_810);
      starts(tv, 'next');
      await pass(5);
      expect(tv.state.inspect().outbox).toHaveLength(2);
      await found();
      expect(toldLast(service, tv.environment)).toEqual({ madeAgo: 7, claimAgo: 37 });
      expect(toldLast(service, tv.environment, 'next')).toEqual({ madeAgo: 7, claimAgo: 37 });
      // And goes on from there.
      tick(tv, 2_200);
      await pass(1);
      expect(toldLast(service, tv.environment)).toEqual({ madeAgo: 1, claimAgo: 38 });
    },
  );

  it('[CLM6] are stored with what continues them', async () => {
    const { service, tv, pass, found } = await lost(IN_1970);
    act(tv, 10);
    await pass(20);
    tick(tv, 1_210);
    await tv.state.whenStored();
    const storage = await tv.storage.reborn();
    await tv.state.close();
    await pass(10);
    const again = await openApp({ service, environment: tv.environment, storage });
    tick(again, 1_810);
    await pass(1);
    await found();
    again.state.reconnect();
    await pass(1);
    const { madeAgo, claimAgo = 0 } = toldLast(service, tv.environment);
    expect([madeAgo, claimAgo - (madeAgo ?? 0)]).toEqual([4, 30]);
  });

  it('[CLM6] move with a clock that is set right on the way', async () => {
    const { service, tv, pass, found } = await lost(IN_1970);
    act(tv, 10);
    await pass(20);
    tick(tv, 1_210);
    tv.environment.skewMs = 0;
    await pass(10);
    tick(tv, 1_810);
    await pass(5);
    await found();
    expect(toldLast(service, tv.environment)).toEqual({ madeAgo: 7, claimAgo: 37 });
  });

  it('[CLM6] keep their place in the order: what was done elsewhere in between wins', async () => {
    const { service, tv, phone, pass, found } = await lost(IN_2099);
    act(tv, 10);
    await pass(20);
    service.isReachable = true;
    phone.state.reconnect();
    await pass(0);
    act(phone, 600);
    await pass(1);
    tick(tv, 1_300);
    await pass(1);
    await found();
    for (const { state } of [tv, phone]) expect(state.progress.resume('film')).toBe(600);
    expect(tick(tv, 1_400)).toBe(false);
  });

  it('[CLM6] stay past a stamp of the future that the act went past', async () => {
    const { service, tv, phone, pass } = await household();
    const ahead = { physical: tv.environment.trueMs + 60 * MINUTE_MS, logical: 0 };
    const base = { contentId: 'film', durationSeconds: 6_000, state: 'paused' } as const;
    service
      .storeOf('ada')
      .commit(
        { kind: 'progress.set', ...base, positionSeconds: 1, timestamp: ahead, deviceId: 'tablet' },
        ahead.physical,
      );
    service.cut();
    service.isReachable = true;
    for (const { state } of [tv, phone]) state.reconnect();
    await pass(1);
    // The TV knows of it, and in its next run of no time.
    const storage = await tv.storage.reborn();
    await tv.state.close();
    service.cut();
    const again = await openApp({ service, environment: tv.environment, storage });
    act(again, 10);
    await pass(1);
    expect(tick(again, 130)).toBe(true);
    expect(again.state.inspect().outbox).toHaveLength(1);
    service.isReachable = true;
    for (const { state } of [again, phone]) state.reconnect();
    await pass(2);
    expect(phone.state.progress.resume('film')).toBe(130);
    expect(tick(again, 190)).toBe(true);
    await pass(1);
    expect(phone.state.progress.resume('film')).toBe(190);
    expect(again.state.deadLetters.list()).toEqual([]);
  });
});
