import { describe, expect, it, vi } from 'vitest';
import { readClaims } from './connection/token.ts';
import { ratingsOf } from './facades/ratings.ts';
import { FakeEnvironment, settled } from './testing/fake-environment.ts';
import { FakeService, fakeToken } from './testing/fake-service.ts';
import { FakeStorage } from './testing/fake-storage.ts';
import { createMemoryTabs } from './testing/memory-tabs.ts';
import { openApp, shown, type App, type AppOptions } from './testing/open-app.ts';

const PLAYING = { durationSeconds: 1_000, state: 'playing' } as const;
const NOBODYS = 'https://media.test|?|';

/** A TV that Ada has used, with one film on her list. */
async function tvOfAda() {
  const environment = new FakeEnvironment();
  const service = new FakeService(() => environment.trueMs);
  const parts = { environment, service, storage: new FakeStorage() };
  const { state } = await openApp(parts);
  state.watchlist.add("Ada's");
  await environment.advance(0);
  await state.close();
  return parts;
}

/** A token that comes, or fails to, when the test says so. */
function lateToken() {
  let come: (token: string | null) => void = () => undefined;
  let fail: () => void = () => undefined;
  const promise = new Promise<string | null>((resolve, reject) => {
    come = resolve;
    fail = () => reject(new Error('no network'));
  });
  return { getToken: () => promise, come, fail };
}

const offline = () => Promise.reject(new Error('no network'));

/** Opens an app that waits its second for a token. */
async function openLate(options: AppOptions & Pick<App, 'environment'>): Promise<App> {
  const opening = openApp(options);
  await options.environment.advance(1_000);
  return opening;
}

function sentFor(service: FakeService): string[] {
  return service.pushes.flatMap(({ userId, ops }) => ops.map((op) => `${userId} ${op.contentId}`));
}

describe('[ENG6] before anybody has said who it is', () => {
  it('what is written in the first second is of whoever the token names, and of no other', async () => {
    const parts = await tvOfAda();
    const bobs = lateToken();
    const { state } = await openLate({ ...parts, getToken: bobs.getToken });
    expect(shown(state).watchlist).toEqual([]);
    state.watchlist.add("Bob's");
    state.progress.set('film', { positionSeconds: 7, ...PLAYING });
    const durable = state.whenDurable();
    await settled();
    expect(state.status.get()).toMatchObject({ pending: 2, userId: undefined });
    bobs.come(fakeToken('bob'));
    await parts.environment.advance(800);
    await durable;
    expect(state.status.get()).toMatchObject({ pending: 0, userId: 'user-bob' });
    expect(shown(state)).toEqual({ watchlist: ["Bob's"], progress: { film: 7 } });
    await state.close();
    const again = await openApp(parts);
    await settled();
    expect(shown(again.state)).toEqual({ watchlist: ["Ada's"], progress: {} });
    expect(sentFor(parts.service)).toEqual(["user-ada Ada's", "user-bob Bob's", 'user-bob film']);
    await again.state.close();
  });

  it('the last user is shown where no token is to be had, and what is written waits for its own', async () => {
    const parts = await tvOfAda();
    parts.service.isReachable = false;
    let getToken: AppOptions['getToken'] = offline;
    const { state } = await openApp({ ...parts, getToken: () => getToken?.() });
    expect(shown(state).watchlist).toEqual(["Ada's"]);
    state.watchlist.remove("Ada's");
    state.watchlist.add("Bob's");
    expect(shown(state).watchlist).toEqual(["Bob's"]);
    getToken = () => fakeToken('bob');
    parts.service.isReachable = true;
    await parts.environment.advance(60_000);
    expect(state.status.get()).toMatchObject({ pending: 0, userId: 'user-bob' });
    expect(shown(state).watchlist).toEqual(["Bob's"]);
    await state.close();
    const ada = await openApp(parts);
    await settled();
    expect(shown(ada.state).watchlist).toEqual(["Ada's"]);
    expect([...parts.service.storeOf('ada').set.contentIds()]).toEqual(["Ada's"]);
    await ada.state.close();
  });

  it('one that is late and then cannot be had shows the last user, with what was written meanwhile', async () => {
    const parts = await tvOfAda();
    parts.service.isReachable = false;
    const late = lateToken();
    let asks = 0;
    const getToken = () => {
      asks += 1;
      return asks === 1 ? late.getToken() : offline();
    };
    const { state } = await openLate({ ...parts, getToken });
    state.watchlist.add('early');
    expect(shown(state).watchlist).toEqual(['early']);
    late.fail();
    await settled();
    expect(shown(state).watchlist).toEqual(["Ada's", 'early']);
    expect(state.status.get()).toMatchObject({ pending: 1, lastError: 'token_failed' });
    await state.close();
  });

  it('what a week without a token left is sent for whom it was shown, and later writes win', async () => {
    const parts = await tvOfAda();
    for (const positionSeconds of [10, 20]) {
      const { state } = await openApp({ ...parts, getToken: offline });
      state.progress.set('film', { positionSeconds, ...PLAYING });
      await parts.environment.advance(60_000);
      await state.close();
    }
    // Somebody else is signed in for an evening, and does not get it.
    const bob = await openApp({ ...parts, subject: 'bob' });
    await settled();
    expect(bob.state.status.get()).toMatchObject({ pending: 0, userId: 'user-bob' });
    expect(shown(bob.state).progress).toEqual({});
    await bob.state.close();
    const ada = await openApp(parts);
    await settled();
    expect(ada.state.status.get()).toMatchObject({ pending: 0, userId: 'user-ada' });
    expect(shown(ada.state).progress).toEqual({ film: 20 });
    expect(await parts.storage.read(NOBODYS)).toEqual([]);
    await ada.state.close();
  });

  it('[SDK4] takes the place of nothing that waits of another', async () => {
    const parts = await tvOfAda();
    parts.service.isReachable = false;
    const ada = await openApp(parts);
    ratingsOf(ada.state).set('film', 3);
    ada.state.progress.set('film', { positionSeconds: 10, ...PLAYING });
    await ada.state.whenStored();
    await ada.state.close();
    // Over Ada's state, by whoever it turns out to be.
    let getToken: AppOptions['getToken'] = offline;
    const { state } = await openApp({ ...parts, getToken: () => getToken?.() });
    expect(ratingsOf(state).get('film')).toBe(3);
    ratingsOf(state).set('film', 9);
    state.progress.set('film', { positionSeconds: 500, ...PLAYING });
    ratingsOf(state).set('film', 8);
    await state.whenStored();
    const waiting = state.inspect().outbox.map(({ op, userId }) => `${op.kind} ${userId ?? '?'}`);
    expect(waiting.sort()).toEqual([
      'progress.set ?',
      'progress.set user-ada',
      'register.set ?',
      'register.set user-ada',
    ]);
    getToken = () => fakeToken('bob');
    parts.service.isReachable = true;
    await parts.environment.advance(60_000);
    expect(state.status.get()).toMatchObject({ pending: 0, userId: 'user-bob' });
    expect(ratingsOf(state).get('film')).toBe(8);
    await state.close();
    const again = await openApp(parts);
    await settled();
    expect(ratingsOf(again.state).get('film')).toBe(3);
    expect(shown(again.state).progress).toEqual({ film: 10 });
    const valueOf = (subject: string) =>
      parts.service.storeOf(subject).registers.get('rating film');
    expect([valueOf('ada'), valueOf('bob')]).toMatchObject([{ value: 3 }, { value: 8 }]);
    await again.state.close();
  });

  it('what was written late sorts behind what waited before', async () => {
    const parts = await tvOfAda();
    parts.service.isReachable = false;
    const before = await openApp(parts);
    before.state.watchlist.add('other');
    before.state.progress.set('film', { positionSeconds: 100, ...PLAYING });
    await parts.environment.advance(60_000);
    await before.state.close();
    const late = lateToken();
    const { state } = await openLate({ ...parts, getToken: late.getToken });
    state.progress.set('film', { positionSeconds: 200, ...PLAYING });
    parts.service.isReachable = true;
    late.come(fakeToken('ada'));
    await parts.environment.advance(10_000);
    expect(shown(state).progress).toEqual({ film: 200 });
    expect(parts.service.storeOf('ada').registers.get('film')).toMatchObject({
      positionSeconds: 200,
    });
    await state.close();
  });

  it("nobody who waits is told that it was saved when the state became another person's", async () => {
    const parts = await tvOfAda();
    parts.service.isReachable = false;
    const waiting = await openApp(parts);
    waiting.state.watchlist.add('waits');
    await waiting.state.whenStored();
    await waiting.state.close();
    let getToken: AppOptions['getToken'] = offline;
    const { state } = await openApp({ ...parts, getToken: () => getToken?.() });
    const durable = state.whenDurable();
    getToken = () => fakeToken('bob');
    parts.service.isReachable = true;
    await parts.environment.advance(60_000);
    await expect(durable).rejects.toMatchObject({ code: 'closed' });
    await state.close();
  });

  it('an entry that names another user is not sent, wherever it lies', async () => {
    const parts = await tvOfAda();
    parts.service.isReachable = false;
    const before = await openApp(parts);
    before.state.watchlist.add('film');
    await before.state.whenStored();
    await before.state.close();
    const namespace = 'https://media.test|u|user-ada|';
    const records = await parts.storage.read(namespace);
    const [key, entry] = records.find(([name]) => name.startsWith('o/')) ?? ['', {}];
    expect(entry).toMatchObject({ userId: 'user-ada' });
    await parts.storage.write(namespace, [[key, { ...(entry as object), userId: 'user-bob' }]]);
    parts.service.isReachable = true;
    const { state } = await openApp(parts);
    await parts.environment.advance(60_000);
    expect(state.status.get()).toMatchObject({ isOnline: true, pending: 1 });
    expect(sentFor(parts.service)).toEqual(["user-ada Ada's"]);
    await state.close();
  });

  it('nobody is signed in: nobody is shown', async () => {
    const parts = await tvOfAda();
    const { state } = await openApp({ ...parts, getToken: () => null });
    await settled();
    expect(state.status.get().haltedBy).toBe('signed_out');
    expect(shown(state).watchlist).toEqual([]);
    await state.close();
  });

  it('nobody is signed in, and somebody is when the network is back or the page is looked at', async () => {
    for (const signal of ['online', 'visible'] as const) {
      const parts = await tvOfAda();
      let token: string | null = null;
      const { state } = await openApp({ ...parts, getToken: () => token });
      await settled();
      expect(state.status.get().haltedBy).toBe('signed_out');
      token = fakeToken('ada');
      parts.environment.signal(signal);
      await settled();
      expect(state.status.get().isOnline).toBe(true);
      await state.close();
    }
  });

  it("tabs whose tokens are late do not take each other's", async () => {
    const parts = await tvOfAda();
    const tabs = createMemoryTabs();
    const [adas, bobs] = [lateToken(), lateToken()];
    const openTab = (getToken: AppOptions['getToken'], seed: string) => {
      const environment = new FakeEnvironment({ seed, startMs: parts.environment.trueMs });
      return openLate({ ...parts, environment, tabs: tabs.open(), ...(getToken && { getToken }) });
    };
    const ada = await openTab(adas.getToken, 'a');
    const bob = await openTab(bobs.getToken, 'b');
    ada.state.watchlist.add('of Ada, early');
    bob.state.watchlist.add('of Bob, early');
    await settled();
    adas.come(fakeToken('ada'));
    bobs.come(fakeToken('bob'));
    for (const { environment } of [ada, bob]) await environment.advance(2_000);
    expect(shown(ada.state).watchlist).toEqual(["Ada's", 'of Ada, early']);
    expect(shown(bob.state).watchlist).toEqual(['of Bob, early']);
    await ada.state.close();
    await bob.environment.advance(2_000);
    expect(bob.state.status.get()).toMatchObject({ userId: 'user-bob', pending: 0 });
    expect(sentFor(parts.service).sort()).toEqual([
      "user-ada Ada's",
      'user-ada of Ada, early',
      'user-bob of Bob, early',
    ]);
    await bob.state.close();
  });
});

describe('[ENG6] a token', () => {
  it('that is opaque is of whoever the welcome names: nothing is shown before, and what was written is theirs', async () => {
    const parts = await tvOfAda();
    parts.service.subjectOf = (token) => (token === 'opaque' ? 'bob' : undefined);
    parts.service.isReachable = false;
    const { state } = await openApp({ ...parts, getToken: () => 'opaque' });
    expect(shown(state).watchlist).toEqual([]);
    state.watchlist.add("Bob's");
    parts.service.isReachable = true;
    await parts.environment.advance(30_000);
    expect(state.status.get()).toMatchObject({ pending: 0, userId: 'user-bob' });
    expect(sentFor(parts.service)).toEqual(["user-ada Ada's", "user-bob Bob's"]);
    await state.close();
  });

  it.each(['e30.%%%.x', 'e30.e30.x', 'e30.bm8.x', 'e30.gICA.x'])(
    'whose claims cannot be read (%s) halts, and changes nothing',
    async (token) => {
      const parts = await tvOfAda();
      const { state } = await openApp({ ...parts, getToken: () => token });
      state.watchlist.add('waits');
      await parts.environment.advance(60_000);
      expect(state.status.get()).toMatchObject({ haltedBy: 'token_unreadable', pending: 1 });
      expect(shown(state).watchlist).toEqual(['waits']);
      expect(parts.service.sockets.length).toBe(1);
      await state.close();
    },
  );

  it('is read without what old engines lack, in any alphabet', () => {
    for (const name of ['atob', 'TextDecoder']) vi.stubGlobal(name, undefined);
    const missing = vi.spyOn(String.prototype, 'replaceAll').mockImplementation(() => {
      throw new Error('this engine has none');
    });
    try {
      for (const subject of ['ada', 'Žofie 🎬', 'a?b>c~', '~~~???']) {
        const claims = readClaims(fakeToken(subject, { exp: 5 }));
        expect(claims).toEqual({ subject, expiresAtMs: 5_000 });
      }
    } finally {
      missing.mockRestore();
      vi.unstubAllGlobals();
    }
  });
});
