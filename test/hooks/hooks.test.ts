import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_DATABASES } from '../../packages/server/src/testing/both-databases.ts';
import type { Answer, TestApi } from '../../packages/server/src/testing/test-api.ts';
import {
  embyBody,
  jellyfinBody,
  kodiBody,
  plexBody,
  SESSIONS,
  type RecordedSession,
} from '../../packages/hooks/src/testing/sessions.ts';
import { createHook as createTestHook, fillHookCatalogue, stateOf } from './hook-person.ts';

/** Orders of a session that are drawn for each, over a real database. */
const ORDERS = 6;
describe.each(BOTH_DATABASES)('hooks on $name', ({ openApi }) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_RATE_LIMIT: '0' } });
    await fillHookCatalogue(api);
  });
  afterAll(async () => api.close());

  const createHook = (source: string, acceptedUsers?: readonly object[]) =>
    createTestHook(api, source, acceptedUsers);

  it.each(SESSIONS)(
    '[HOK3] $name is one play and one place, in any order and told twice',
    async (session: RecordedSession) => {
      const all = session.bodies.map((_body, index) => index);
      const drawn = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), {
        numRuns: ORDERS,
        seed: 47,
      });
      for (const order of [all, [...all, ...all], ...drawn]) {
        const { user, send } = await createHook(session.source);
        for (const index of order) expect((await send(session.bodies[index])).status).toBe(204);
        expect({ order, ...(await stateOf(user)) }).toEqual({
          order,
          positions: [['tmdb:episode:7000104', session.positionSeconds]],
          viewings: 1,
          plays: 1,
        });
        const watched = await user.call('GET', '/registers/watched/tmdb:episode:7000104');
        expect(watched.body.value.at).toMatch(/^20/);
      }
    },
  );

  it('[HOK3] events that arrive at the same moment are still one play', async () => {
    const { user, send } = await createHook('plex');
    const bodies = SESSIONS.find(({ source }) => source === 'plex')?.bodies ?? [];
    await Promise.all([...bodies, ...bodies].map((body) => send(body)));
    expect(await stateOf(user)).toMatchObject({ viewings: 1, plays: 1 });
  });

  it('[HOK1] the secret goes in the path or in a header, and nothing else opens a hook', async () => {
    const { user, secret, body } = await createHook('jellyfin');
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(body.address).toBe(`http://localhost:8083/hooks/jellyfin/${secret}`);
    const sent = jellyfinBody('PlaybackStop', 600);
    const byHeader = await api.call('POST', '//hooks/jellyfin', {
      body: sent,
      headers: { [body.header]: secret },
    });
    expect(byHeader.status).toBe(204);
    expect(await stateOf(user)).toMatchObject({ positions: [['tmdb:episode:7000104', 600]] });
    for (const path of [
      '//hooks/jellyfin',
      '//hooks/jellyfin/short',
      `//hooks/jellyfin/${'a'.repeat(43)}`,
      `//hooks/emby/${secret}`,
    ]) {
      const { status } = await api.call('POST', path, { body: sent });
      expect([path, status]).toEqual([path, 404]);
    }
    expect((await api.call('POST', `//hooks/other/${secret}`, { body: sent })).status).toBe(404);
  });

  it('[HOK1] nothing counts until a user is set, which one click on a receipt does; a revoked hook ends at once', async () => {
    const { user, id, send } = await createHook('jellyfin', []);
    const body = jellyfinBody('PlaybackStop', 600);
    expect((await send(body)).status).toBe(204);
    expect(await stateOf(user)).toMatchObject({ positions: [] });
    const [receipt] = (await user.call('GET', `/hooks/${id}/receipts`)).body.items;
    expect(receipt).toMatchObject({
      outcome: 'ignored',
      reason: 'no_user_set',
      title: 'Made-up Show 1x04',
      user: { id: '3d'.repeat(16), name: 'someone' },
    });
    expect(receipt.message).toContain('someone');
    const changed = await user.call('PUT', `/hooks/${id}`, {
      body: { acceptedUsers: [receipt.user] },
    });
    expect(changed.body.acceptedUsers).toEqual([receipt.user]);
    await send(body);
    expect(await stateOf(user)).toMatchObject({ positions: [['tmdb:episode:7000104', 600]] });
    expect((await user.call('GET', '/hooks')).body.items[0].lastUsedAt).toMatch(/^20/);
    expect((await user.call('DELETE', `/hooks/${id}`)).status).toBe(204);
    expect((await send(body)).status).toBe(404);
  });

  it('[HOK1] a hook is of one user: nobody else sees, changes or revokes it', async () => {
    const { id } = await createHook('plex');
    const other = await api.createUser();
    expect((await other.call('GET', '/hooks')).body.items).toEqual([]);
    expect((await other.call('PUT', `/hooks/${id}`, { body: { label: 'mine' } })).status).toBe(404);
    expect((await other.call('GET', `/hooks/${id}/receipts`)).status).toBe(404);
    expect((await other.call('DELETE', `/hooks/${id}`)).status).toBe(404);
  });

  it('[HOK1] the secret is in no log line, and is stored as a hash alone', async () => {
    const { secret, send, user } = await createHook('emby');
    await send(embyBody('playback.pause', 600));
    await send({ Event: 1 });
    await api.call('POST', `//hooks/emby/${secret}`, { payload: '{"a":' });
    await api.call('GET', `//hooks/emby/${secret}`);
    await api.call('POST', `//hooks/%zz/${secret}`, { body: {} });
    const lines = api.logLines.join('\n');
    expect(lines).toContain('/hooks/:source/:secret');
    expect(lines).not.toContain(secret);
    expect((await user.call('GET', '/hooks')).text).not.toContain(secret);
  });

  it('[HOK1] an erased user has no hook any more', async () => {
    const { user, send } = await createHook('plex');
    expect((await user.call('DELETE', '/user')).status).toBe(204);
    expect((await send(plexBody('media.pause', 600))).status).toBe(404);
  });

  it('[HOK2] what moves nothing writes nothing, and the extrapolation of a server is no receipt either', async () => {
    const { user, id, send } = await createHook('jellyfin');
    const paused = (at: string) =>
      jellyfinBody('PlaybackProgress', 600, { IsPaused: true, UtcTimestamp: at });
    await send(paused('2026-03-01T20:00:00Z'));
    const before = (await user.call('GET', '/sync')).body.cursor;
    await send(paused('2026-03-01T20:00:10Z'));
    await send(jellyfinBody('PlaybackProgress', 601, { IsAutomated: true }));
    const since = await user.call('GET', `/sync?cursor=${encodeURIComponent(before)}`);
    expect(since.body.changes).toEqual([]);
    const { items } = (await user.call('GET', `/hooks/${id}/receipts`)).body;
    expect(items.map((item: { reason: string }) => item.reason)).toEqual([
      'nothing_moved',
      'position',
    ]);
  });

  it('[HOK4] the last twenty receipts are kept, the latest first', async () => {
    const { user, id, send } = await createHook('kodi');
    for (let percent = 1; percent <= 24; percent += 1) {
      await send({
        ...kodiBody('pause', percent),
        title: `Film ${percent}`,
        mediaType: 'movie',
        uniqueIds: {},
      });
    }
    const { items } = (await user.call('GET', `/hooks/${id}/receipts`)).body;
    expect(items).toHaveLength(20);
    expect(items[0]).toMatchObject({ title: 'Film 24', outcome: 'unmatched' });
  });

  const BOUNDARY = 'the-boundary';
  const part = (head: string, content: string) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
  const form = (...parts: readonly string[]) => ({
    payload: Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`, 'latin1'),
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  });
  const picture = part(
    'name="thumb"; filename="thumb.jpg"\r\nContent-Type: image/jpeg',
    '\xff\xd8'.padEnd(80_000, '\x00'),
  );

  it.each([
    [
      'after',
      (json: string) =>
        form(part('name="payload"\r\nContent-Type: application/json', json), picture),
    ],
    ['before', (json: string) => form(picture, part('name="payload"', json))],
  ])(
    'takes a form with a picture %s the payload, and drops the picture',
    async (_where, toForm) => {
      const { user, path } = await createHook('plex');
      const sent = toForm(JSON.stringify(plexBody('media.pause', 600)));
      expect((await api.call('POST', path, sent)).status).toBe(204);
      expect(await stateOf(user)).toMatchObject({ positions: [['tmdb:episode:7000104', 600]] });
    },
  );

  it("takes Emby's older form, and JSON that says it is plain text", async () => {
    const emby = await createHook('emby');
    const data = part('name="data"', JSON.stringify(embyBody('playback.pause', 600)));
    expect((await api.call('POST', emby.path, form(data))).status).toBe(204);
    const jellyfin = await createHook('jellyfin');
    const payload = JSON.stringify(jellyfinBody('PlaybackStop', 700));
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    expect((await api.call('POST', jellyfin.path, { payload, headers })).status).toBe(204);
    expect(await stateOf(emby.user)).toMatchObject({ positions: [['tmdb:episode:7000104', 600]] });
    expect(await stateOf(jellyfin.user)).toMatchObject({
      positions: [['tmdb:episode:7000104', 700]],
    });
  });

  it.each<[string, number, (path: string) => Promise<Answer>]>([
    [
      'a body of 10 MB',
      413,
      async (path) => api.call('POST', path, { payload: `{"a":"${'a'.repeat(10_000_000)}"}` }),
    ],
    [
      'a form of 10 MB',
      413,
      async (path) =>
        api.call(
          'POST',
          path,
          form(
            part('name="payload"', '{}'),
            part('name="thumb"; filename="a.jpg"', 'a'.repeat(10_000_000)),
          ),
        ),
    ],
    [
      'a payload of 500 kB',
      413,
      async (path) =>
        api.call('POST', path, form(part('name="payload"', `{"a":"${'a'.repeat(500_000)}"}`))),
    ],
    ['a form without a payload', 400, async (path) => api.call('POST', path, form(picture))],
    [
      'a form that breaks off',
      400,
      async (path) =>
        api.call('POST', path, { ...form(), payload: `--${BOUNDARY}\r\nContent-Disp` }),
    ],
    [
      'a form without a boundary',
      400,
      async (path) =>
        api.call('POST', path, {
          payload: 'a',
          headers: { 'content-type': 'multipart/form-data' },
        }),
    ],
    ['an empty body', 400, async (path) => api.call('POST', path, { payload: '' })],
    [
      'half of a body',
      400,
      async (path) => api.call('POST', path, { payload: '{"NotificationType":"PlaybackStop",' }),
    ],
    [
      'JSON of 100,000 levels',
      400,
      async (path) => api.call('POST', path, { payload: '['.repeat(100_000) }),
    ],
    [
      'a body of another source',
      400,
      async (path) => api.call('POST', path, { body: { hello: 'there' } }),
    ],
  ])('[HOK4] %s is %i', async (_what, status, send) => {
    const { user, path, send: sendGood } = await createHook('jellyfin');
    const answer = await send(path);
    expect(answer).toMatchObject({ status });
    expect((await sendGood(jellyfinBody('PlaybackStop', 600))).status).toBe(204);
    expect(await stateOf(user)).toMatchObject({ positions: [['tmdb:episode:7000104', 600]] });
  });

  it('[HOK4] says which number a template left out, to the sender and to the person', async () => {
    const { user, id, path } = await createHook('jellyfin');
    const answer = await api.call('POST', path, {
      payload: '{"NotificationType":"PlaybackStop","SeasonNumber": ,"Name":"a"}',
    });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain('SeasonNumber');
    const [receipt] = (await user.call('GET', `/hooks/${id}/receipts`)).body.items;
    expect(receipt).toMatchObject({ outcome: 'unreadable' });
    expect(receipt.message).toContain('SeasonNumber');
  });

  it('[CLM1] a television that plays on by itself does not take over from a phone on which somebody acted', async () => {
    const { user, send } = await createHook('jellyfin');
    const at = (seconds: number) => ({
      UtcTimestamp: new Date(Date.UTC(2026, 2, 1, 20) + seconds * 1_000).toISOString(),
    });
    await send(jellyfinBody('PlaybackStart', 600, at(0)));
    const put = { positionSeconds: 1_500, durationSeconds: 2_700, state: 'playing' };
    await user.call('PUT', '/progress/tmdb:episode:7000104', { body: put, device: 'phone' });
    await send(jellyfinBody('PlaybackProgress', 610, at(10)));
    expect(await stateOf(user)).toMatchObject({ positions: [['tmdb:episode:7000104', 1_500]] });
    await send(jellyfinBody('PlaybackProgress', 610, { ...at(20), IsPaused: true }));
    expect(await stateOf(user)).toMatchObject({ positions: [['tmdb:episode:7000104', 610]] });
  });

  it('describes a film that nothing is known of, so that a list can name it', async () => {
    const { user, send } = await createHook('plex');
    const film = {
      type: 'movie',
      title: 'Made-up Film',
      year: 1999,
      Guid: [{ id: 'tmdb://7000009' }],
      index: undefined,
    };
    await send(plexBody('media.pause', 600, film));
    const { body } = await user.call('GET', '/registers/content/tmdb:movie:7000009');
    expect(body.value).toMatchObject({
      type: 'movie',
      title: 'Made-up Film',
      year: 1999,
      durationSeconds: 2_700,
    });
  });

  it('[HOK4] a work that nobody knows waits with its place and its end, and what the person picks counts for it from then on', async () => {
    const { user, id, send } = await createHook('jellyfin');
    const unknown = { Provider_tvdb: '', Provider_tmdb: '', SeriesName: 'Home videos' };
    const body = (type: string, seconds: number, more: object = {}) =>
      jellyfinBody(type, seconds, { ...unknown, ...more });
    expect((await send(body('PlaybackStart', 0))).status).toBe(204);
    await send(body('PlaybackProgress', 600, { IsPaused: true }));
    await send(body('PlaybackStop', 2_690, { PlayedToCompletion: true }));
    // Another episode of it, left in the middle.
    const five = { ItemId: '5e'.repeat(16), EpisodeNumber: 5, Name: 'Five' };
    await send(body('PlaybackStop', 700, five));
    expect(await stateOf(user)).toMatchObject({ positions: [], plays: 0 });
    const [receipt] = (await user.call('GET', `/hooks/${id}/receipts`)).body.items;
    expect(receipt).toMatchObject({ outcome: 'unmatched', reason: 'unknown_title' });
    const { items } = (await user.call('GET', '/unmatched')).body;
    expect(items).toMatchObject([
      { work: { type: 'series', title: 'Home videos' }, source: 'jellyfin' },
    ]);
    const picked = await user.call('PUT', `/matches/${items[0].workId}`, {
      body: { contentId: 'tmdb:tv:77' },
    });
    expect(picked.status).toBe(200);
    expect(await stateOf(user)).toMatchObject({ viewings: 1, plays: 1 });
    const place = await user.call('GET', '/progress/tmdb:tv:77:s1e5');
    expect(place.body).toMatchObject({ positionSeconds: 700, durationSeconds: 2_700 });
    // The same end told again is the play that waited.
    await send(body('PlaybackStop', 2_691, { PlayedToCompletion: true }));
    expect(await stateOf(user)).toMatchObject({ viewings: 1, plays: 1 });
    await send(body('PlaybackStop', 900, { ...five, UtcTimestamp: '2026-03-02T20:00:00Z' }));
    expect((await user.call('GET', '/progress/tmdb:tv:77:s1e5')).body.positionSeconds).toBe(900);
    expect((await user.call('GET', '/unmatched')).body.items).toEqual([]);
  });

  it('[HOK1] a user has at most twenty hooks', async () => {
    const user = await api.createUser();
    const make = async () => user.call('POST', '/hooks', { body: { source: 'plex' } });
    const made = await Promise.all(Array.from({ length: 30 }, make));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(20);
    expect((await make()).body).toMatchObject({ code: 'limit_exceeded', limit: { name: 'hooks' } });
  });
});
