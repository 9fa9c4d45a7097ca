import type { Op } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { fakeToken } from '../testing/fake-service.ts';
import { settled } from '../testing/fake-environment.ts';
import { openApp } from '../testing/open-app.ts';
import { historyOf, type HistoryQuery } from './history.ts';

interface Told {
  readonly playId: string;
  readonly contentId: string;
  readonly watchedAt: string;
  readonly alsoIds?: readonly string[];
}

const idOf = (number: number) => `40000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const told = (day: number, rest: Partial<Told> = {}): Told => ({
  playId: idOf(day),
  contentId: 'film',
  watchedAt: `2026-05-${String(day).padStart(2, '0')}T20:00:00Z`,
  ...rest,
});

/** An app, and the history that the service would answer with, two plays a page. */
async function setup(query?: HistoryQuery, subject = 'ada') {
  let subjectNow = subject;
  const app = await openApp({ getToken: () => fakeToken(subjectNow) });
  await app.environment.advance(0);
  const http = {
    plays: [] as Told[],
    isReachable: true,
    code: undefined as string | undefined,
    asked: [] as { readonly url: URL; readonly token: string | undefined }[],
  };
  const fetch = async (url: string, { headers }: { headers: Record<string, string> }) => {
    const parsed = new URL(url);
    http.asked.push({ url: parsed, token: headers['authorization'] });
    if (!http.isReachable) throw new TypeError('Failed to fetch');
    const from = Number(parsed.searchParams.get('cursor') ?? 0);
    const items = http.plays.slice(from, from + 2);
    const more = from + 2 < http.plays.length ? { nextCursor: String(from + 2) } : {};
    const body = http.code === undefined ? { items, ...more } : { code: http.code };
    return { ok: http.code === undefined, json: async () => body };
  };
  const list = historyOf(app.state).open(query, { fetch });
  let calls = 0;
  return {
    ...app,
    http,
    list,
    follow: () => list.subscribe(() => (calls += 1)),
    get calls() {
      return calls;
    },
    signInAs(next: string) {
      subjectNow = next;
      app.service.socket.end();
    },
    /** Another device writes. */
    tell(op: Partial<Op>) {
      app.service.commit('ada', {
        timestamp: { physical: app.environment.trueMs, logical: app.service.pushes.length },
        deviceId: 'phone',
        ...op,
      } as Op);
    },
  };
}

const idsOf = ({ items }: { readonly items: readonly { readonly playId: string }[] }) =>
  items.map(({ playId }) => playId);

describe('the history', () => {
  it('[PLY1] is read in pages by whoever subscribes, with the token of its person', async () => {
    const app = await setup({ contentId: 'a/b', from: '2026-05-01' });
    const { list, http } = app;
    http.plays = [5, 4, 3].map((day) => told(day));
    expect(list.get()).toMatchObject({ state: 'loading', items: [] });
    await settled();
    expect(http.asked).toEqual([]);
    const end = app.follow();
    await settled();
    expect(list.get()).toMatchObject({ state: 'ready', hasMore: true });
    expect(idsOf(list.get())).toEqual([idOf(5), idOf(4)]);
    expect(http.asked[0]?.token).toBe(`Bearer ${fakeToken('ada')}`);
    expect(http.asked[0]?.url.pathname).toBe('/api/v1/history');
    expect([...(http.asked[0]?.url.searchParams ?? [])]).toEqual([
      ['contentId', 'a/b'],
      ['from', '2026-05-01'],
    ]);
    list.loadMore();
    await settled();
    expect(list.get()).toMatchObject({ state: 'ready', hasMore: false });
    expect(idsOf(list.get())).toEqual([5, 4, 3].map(idOf));
    const before = list.get();
    list.refresh();
    await settled();
    expect(list.get()).toBe(before);
    end();
    const { length } = http.asked;
    list.refresh();
    await settled();
    expect(http.asked).toHaveLength(length);
    await app.state.close();
  });

  it('says that it is offline, shows what it had and what waits, and goes on by itself', async () => {
    const app = await setup();
    const { list, http, state, service, environment } = app;
    http.plays = [told(5)];
    app.follow();
    await settled();
    http.isReachable = false;
    service.cut();
    await environment.advance(0);
    list.refresh();
    await settled();
    expect(list.get().state).toBe('offline');
    expect(idsOf(list.get())).toEqual([idOf(5)]);
    const playId = historyOf(state).add('other');
    expect(list.get().items[0]).toMatchObject({ playId, contentId: 'other', isPending: true });
    historyOf(state).remove({ playId: idOf(5), alsoIds: [] });
    expect(idsOf(list.get())).toEqual([playId]);
    http.isReachable = service.isReachable = true;
    http.plays = [told(31, { playId, contentId: 'other' })];
    await environment.advance(60_000);
    expect(list.get()).toMatchObject({ state: 'ready', items: [{ playId, isPending: false }] });
    expect(service.storeOf('ada').plays.get(idOf(5))?.removed).not.toBe(undefined);
    await state.close();
  });

  it('tells the code of what the service answers', async () => {
    const app = await setup();
    app.http.code = 'rate_limited';
    app.follow();
    await settled();
    expect(app.list.get()).toMatchObject({ state: 'failed', code: 'rate_limited' });
    app.http.code = undefined;
    app.list.refresh();
    await settled();
    expect(app.list.get()).toMatchObject({ state: 'ready', code: undefined });
    await app.state.close();
  });

  it('is fresh when another device adds or removes a play, and asks once for many', async () => {
    const app = await setup();
    const { http, list, environment } = app;
    app.follow();
    await settled();
    http.plays = [told(5), told(4)];
    for (const { playId, contentId } of http.plays)
      app.tell({ kind: 'play.add', contentId, playId });
    await environment.advance(1_000);
    expect(idsOf(list.get())).toEqual([idOf(5), idOf(4)]);
    expect(http.asked).toHaveLength(2);
    http.plays = [told(4)];
    app.tell({ kind: 'play.remove', playIds: [idOf(5)] });
    await environment.advance(1_000);
    expect(idsOf(list.get())).toEqual([idOf(4)]);
    await app.state.close();
  });

  it('[SDK9] is never one person’s under another', async () => {
    const app = await setup();
    const { http, list, environment } = app;
    http.plays = [told(5)];
    app.follow();
    await settled();
    http.plays = [];
    app.signInAs('bob');
    await environment.advance(60_000);
    expect(list.get()).toMatchObject({ state: 'ready', items: [] });
    expect(http.asked.at(-1)?.token).toBe(`Bearer ${fakeToken('bob')}`);
    await app.state.close();
  });

  it('[SDK9] is never one person’s under another who signed in while nobody looked', async () => {
    const app = await setup();
    const { http, list, environment } = app;
    http.plays = [told(5)];
    const end = app.follow();
    await settled();
    end();
    app.signInAs('bob');
    await environment.advance(60_000);
    expect(list.get()).toMatchObject({ state: 'loading', items: [] });
    http.plays = [told(6)];
    app.follow();
    expect(list.get().items).toEqual([]);
    await settled();
    expect(idsOf(list.get())).toEqual([idOf(6)]);
    await app.state.close();
  });

  it('[SDK1] shows what the service has acknowledged until it tells of it', async () => {
    const app = await setup();
    const { http, list, state, environment } = app;
    http.plays = [told(5)];
    app.follow();
    await settled();
    const playId = historyOf(state).add('other');
    historyOf(state).remove({ playId: idOf(5), alsoIds: [] });
    http.isReachable = false;
    await state.whenDurable();
    expect(list.get()).toMatchObject({ items: [{ playId, isPending: false }] });
    await environment.advance(1_000);
    expect(list.get()).toMatchObject({ state: 'offline', items: [{ playId }] });
    http.isReachable = true;
    http.plays = [told(7)];
    list.refresh();
    await settled();
    expect(idsOf(list.get())).toEqual([idOf(7)]);
    await state.close();
  });

  it('removes a viewing with all that tell of it, in as many changes as that takes', async () => {
    const app = await setup();
    const alsoIds = Array.from({ length: 1_500 }, (_, number) => idOf(100 + number));
    historyOf(app.state).remove({ playId: idOf(1), alsoIds });
    const sizes = app.state
      .inspect()
      .outbox.map(({ op }) => (op.kind === 'play.remove' ? op.playIds.length : 0));
    expect(sizes).toEqual([1_000, 501]);
    await app.state.close();
  });
});
