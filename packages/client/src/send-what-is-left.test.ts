import { textToTimestamp, type WireOp } from '@cuepoint/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StoredEntry } from './outbox/outbox-entry.ts';
import { sendLast } from './send-last.ts';
import { FakeEnvironment, settled } from './testing/fake-environment.ts';
import { fakeToken } from './testing/fake-service.ts';
import { openApp, shown, type App } from './testing/open-app.ts';

const FILM = 'film:m';
const at = (positionSeconds: number) =>
  ({ positionSeconds, durationSeconds: 120, state: 'playing' }) as const;

interface LastRequest {
  readonly deviceId: string;
  readonly cursor?: string;
  readonly ops: readonly WireOp[];
}

const requestsOf = ({ environment }: App): LastRequest[] =>
  environment.lastRequests.map(({ body }) => JSON.parse(body) as LastRequest);

/** The page is gone with what it had not stored; another begins over the same storage. */
async function reload({ storage, service, environment }: App, subject = 'ada'): Promise<App> {
  const next = await storage.reborn();
  return openApp({
    storage: next,
    service,
    subject,
    environment: new FakeEnvironment({ startMs: environment.trueMs, seed: '1' }),
  });
}

/** Its database stores nothing more. */
function hang({ storage }: App): void {
  storage.hold();
}

describe('a page that is left', () => {
  it('[ENG5] sends what waits in one request, and pushes the same op', async () => {
    const app = await openApp();
    app.service.acknowledges = false;
    app.state.watchlist.add('film:n');
    app.environment.signal('hidden');
    // A binding, or the app, writes in its own handler.
    app.state.progress.set(FILM, at(42));
    app.environment.signal('hidden');
    await settled();
    const [request, ...more] = requestsOf(app);
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      deviceId: 'tv',
      cursor: expect.any(String),
      ops: [
        { kind: 'watchlist.add', contentId: 'film:n' },
        { kind: 'progress.set', contentId: FILM, positionSeconds: 42 },
      ],
    });
    expect(app.environment.lastRequests[0]).toMatchObject({
      url: 'https://media.test/api/v1/sync',
      token: fakeToken('ada'),
    });
    expect(app.service.pushes.flatMap(({ ops }) => ops)).toEqual(request?.ops);
  });

  it('[ENG5] sends what it writes as it is hidden, and nothing of it as a page that lives on', async () => {
    const app = await openApp();
    app.environment.signal('hidden');
    await settled();
    expect(requestsOf(app)).toEqual([]);
    app.state.progress.set(FILM, at(42));
    await settled();
    expect(requestsOf(app)).toMatchObject([{ ops: [{ positionSeconds: 42 }] }]);
    await app.environment.advance(10_000);
    app.state.progress.set(FILM, at(52));
    await app.environment.advance(0);
    expect(requestsOf(app)).toHaveLength(1);
    expect(app.service.pushes.at(-1)?.ops).toMatchObject([{ positionSeconds: 52 }]);
  });

  it('[ENG5] leaves what its database did not store to the next page, as the same op', async () => {
    const app = await openApp();
    hang(app);
    app.state.watchlist.add('film:n');
    app.state.progress.set(FILM, at(42));
    app.environment.signal('hidden');
    await settled();
    expect(app.service.pushes).toEqual([]);
    const [request] = requestsOf(app);
    const next = await reload(app);
    expect(shown(next.state)).toEqual({ watchlist: ['film:n'], progress: { [FILM]: 42 } });
    expect(next.service.pushes.map(({ ops }) => ops)).toEqual([request?.ops]);
    expect(next.state.inspect().outbox).toEqual([]);
    expect(next.storage.notes.size).toBe(0);
    const last = await reload(next);
    expect(last.service.pushes).toHaveLength(1);
  });

  it('[ENG5] keeps the later of two places that it did not store, without a network too', async () => {
    const app = await openApp();
    app.service.cut();
    app.state.progress.set(FILM, at(10));
    await app.state.whenStored();
    hang(app);
    app.environment.signal('hidden');
    app.state.progress.set(FILM, at(42));
    await settled();
    app.service.isReachable = true;
    const next = await reload(app);
    expect(next.service.pushes.flatMap(({ ops }) => ops)).toMatchObject([{ positionSeconds: 42 }]);
    expect(shown(next.state).progress).toEqual({ [FILM]: 42 });
  });

  it('[ENG5] [CLM3] sends and leaves a report with the claim of the act that it continues', async () => {
    const app = await openApp();
    app.state.progress.set(FILM, at(20));
    await app.environment.advance(30_000);
    const act = app.service.pushes.at(-1)?.ops[0];
    hang(app);
    expect(app.state.progress.report(FILM, at(50))).toBe(true);
    app.environment.signal('hidden');
    await settled();
    const [request] = requestsOf(app);
    expect(request?.ops).toMatchObject([{ positionSeconds: 50, claim: act?.timestamp }]);
    const next = await reload(app);
    expect(next.service.pushes.at(-1)?.ops).toEqual(request?.ops);
  });

  it('[ENG5] [CLM6] leaves a report of an unmeasured time with how long ago its act was', async () => {
    const app = await openApp();
    app.service.cut();
    // The clock was set: nobody knows the time now.
    app.environment.skewMs = 3_600_000;
    hang(app);
    app.state.progress.set(FILM, at(20));
    await app.environment.advance(30_000);
    expect(app.state.progress.report(FILM, at(50))).toBe(true);
    app.environment.signal('hidden');
    await settled();
    expect(requestsOf(app)).toEqual([]);
    app.service.isReachable = true;
    const next = await reload(app);
    await next.environment.advance(1_000);
    const told = next.service.pushes.at(-1)?.ops[0] as Record<string, unknown>;
    expect(told).toMatchObject({ positionSeconds: 50 });
    const [claim, timestamp] = ['claim', 'timestamp'].map((name) =>
      textToTimestamp(String(told[name])),
    );
    expect((timestamp?.physical ?? 0) - (claim?.physical ?? 0)).toBe(30_000);
  });

  it('[ENG5] takes its note away once its database has stored it', async () => {
    const app = await openApp({ getToken: () => undefined });
    const release = app.storage.hold();
    app.state.watchlist.add('film:n');
    await settled();
    app.state.watchlist.add('film:o');
    expect(app.storage.notes.size).toBe(0);
    app.environment.signal('hidden');
    const [[, changes] = ['', []]] = app.storage.notes.values();
    const titles = changes.map(([, entry]) => (entry as StoredEntry).op.contentId);
    expect(titles).toEqual(['film:n', 'film:o']);
    release();
    await app.state.whenStored();
    expect(app.storage.notes.size).toBe(0);
    expect(await app.storage.reborn().then((storage) => storage.namespaces())).not.toEqual([]);
  });

  it('[ENG5] [ENG6] leaves it to the person who wrote it, and to nobody else', async () => {
    const ada = await openApp();
    hang(ada);
    ada.state.watchlist.add('film:of ada');
    ada.environment.signal('hidden');
    const bob = await reload(ada, 'bob');
    expect(shown(bob.state).watchlist).toEqual([]);
    expect(bob.service.pushes).toEqual([]);
    const again = await reload(bob);
    expect(shown(again.state).watchlist).toEqual(['film:of ada']);
    expect(again.service.pushes.map(({ userId }) => userId)).toEqual(['user-ada']);
  });

  it('[ENG5] [SDK9] leaves nothing of a person who signed out for good', async () => {
    const app = await openApp();
    const [ada = '', bob = ''] = ['ada', 'bob'].map((name) => `https://media.test|u|user-${name}|`);
    for (const namespace of [ada, bob]) app.storage.note(namespace)([['o/1', { any: true }]]);
    await app.state.signOut({ wipe: true });
    expect([...app.storage.notes.values()].map(([namespace]) => namespace)).toEqual([bob]);
    app.environment.signal('hidden');
    expect(app.storage.notes.size).toBe(1);
  });

  it('[ENG5] [ENG6] sends nothing without a token', async () => {
    let token: string | undefined = fakeToken('ada');
    const app = await openApp({ getToken: () => token });
    const leave = async (title: string) => {
      app.environment.signal('visible');
      app.state.watchlist.add(title);
      app.environment.signal('hidden');
      await settled();
      return requestsOf(app).length;
    };
    app.service.acknowledges = false;
    expect(await leave('one')).toBe(1);
    app.service.cut();
    token = undefined;
    app.state.reconnect();
    await app.environment.advance(60_000);
    expect(await leave('two')).toBe(1);
  });

  it('[ENG5] [ENG6] sends nothing of one person with the token of another', async () => {
    let subject = 'ada';
    const app = await openApp({ getToken: () => fakeToken(subject) });
    app.service.acknowledges = false;
    app.state.watchlist.add('film:of ada');
    subject = 'bob';
    hang(app);
    app.service.socket.end();
    await app.environment.advance(0);
    app.state.reconnect();
    await app.environment.advance(100);
    expect(shown(app.state).watchlist).toEqual(['film:of ada']);
    app.environment.signal('hidden');
    await settled();
    expect(requestsOf(app)).toEqual([]);
  });

  it('[ENG5] [SDK3] sends nothing with a stamp whose time nobody has measured', async () => {
    const first = await openApp();
    await first.state.whenDurable();
    first.service.cut();
    const app = await reload(first);
    app.state.watchlist.add('film:n');
    app.environment.signal('hidden');
    await settled();
    expect(requestsOf(app)).toEqual([]);
    expect(app.state.inspect().outbox).toMatchObject([{ state: 'unsent', sends: 0 }]);
  });

  it('[ENG5] keeps to what browsers let out, in order', async () => {
    const app = await openApp();
    app.service.cut();
    const titles = Array.from({ length: 600 }, (_, index) => `film:${'é'.repeat(60)}${index}`);
    for (const title of titles) app.state.watchlist.add(title);
    app.environment.signal('hidden');
    await settled();
    const [request] = requestsOf(app);
    const sent = request?.ops.map(({ contentId }) => contentId) ?? [];
    expect(Buffer.byteLength(app.environment.lastRequests[0]?.body ?? '')).toBeLessThan(64 * 1024);
    expect(sent.length).toBeGreaterThan(20);
    expect(sent).toEqual(titles.slice(0, sent.length));
  });
});

describe('a platform', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('[ENG5] without fetch, or one that refuses, loses nothing by it', async () => {
    vi.stubGlobal('fetch', undefined);
    sendLast('https://media.test', 'a', '{}');
    const asked: unknown[] = [];
    vi.stubGlobal('fetch', (...args: unknown[]) => {
      asked.push(args);
      return Promise.reject(new TypeError('quota'));
    });
    sendLast('https://media.test', 'b', '{}');
    await settled();
    const headers = { authorization: 'Bearer b', 'content-type': 'application/json' };
    expect(asked).toEqual([
      ['https://media.test', { method: 'POST', keepalive: true, headers, body: '{}' }],
    ]);
  });
});
