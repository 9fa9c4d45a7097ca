import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { overriding } from '../testing/gate.ts';
import { createTestApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    // No request costs what its user has. [OPS3]
    wrap: ({ repository }) => ({
      repository: overriding(repository, {
        loadWatchlist: () => Promise.reject(new Error('the whole list')),
      }),
    }),
  });
});
afterAll(() => api.close());

describe('the watchlist over HTTP', () => {
  it('[ORS1] adds once for a device, and once more for another device', async () => {
    const user = await api.createUser();
    const first = await user.call('PUT', '/watchlist/film', { device: 'tv' });
    expect(first).toMatchObject({ status: 201, body: { result: 'applied', deviceId: 'tv' } });
    const again = await user.call('PUT', '/watchlist/film', { device: 'tv' });
    expect(again).toMatchObject({ status: 200, body: { result: 'duplicate' } });
    expect(again.body.tags).toEqual(first.body.tags);
    expect(again.body.addedAt).toBe(first.body.addedAt);
    const other = await user.call('PUT', '/watchlist/film', { device: 'phone' });
    expect(other).toMatchObject({ status: 201, body: { deviceId: 'phone' } });

    const { body } = await user.call('GET', '/watchlist');
    expect(body.total).toBe(1);
    expect(new Set(body.items[0].tags)).toEqual(new Set([...first.body.tags, ...other.body.tags]));
  });

  it('knows the retry of a tag, also in upper case and after its removal', async () => {
    const user = await api.createUser();
    const tag = randomUUID();
    const added = await user.call('PUT', '/watchlist/film', { body: { tag } });
    expect(added).toMatchObject({ status: 201, body: { tags: [tag] } });
    const retried = await user.call('PUT', '/watchlist/film', { body: { tag: tag.toUpperCase() } });
    expect(retried).toMatchObject({ status: 200, body: { result: 'duplicate', tags: [tag] } });
    await user.call('DELETE', '/watchlist/film');
    const late = await user.call('PUT', '/watchlist/film', { body: { tag } });
    expect(late).toMatchObject({
      status: 200,
      body: { result: 'superseded', winner: { kind: 'watchlist.remove', tags: [tag] } },
    });
    expect((await user.call('GET', '/watchlist')).body.total).toBe(0);
  });

  it('[ORS1] refuses a tag that belongs to another add', async () => {
    const user = await api.createUser();
    const tag = randomUUID();
    await user.call('PUT', '/watchlist/one', { body: { tag }, device: 'tv' });
    for (const [path, device] of [
      ['/watchlist/two', 'tv'],
      ['/watchlist/one', 'phone'],
    ] as const) {
      const answer = await user.call('PUT', path, { body: { tag }, device });
      expect(answer).toMatchObject({ status: 409, body: { code: 'tag_reused' } });
    }
  });

  it('[ORS2] removes every tag that is there, is idempotent, and lets a new add in', async () => {
    const user = await api.createUser();
    const one = await user.call('PUT', '/watchlist/film', { device: 'tv' });
    const two = await user.call('PUT', '/watchlist/film', { device: 'phone' });
    const removed = await user.call('DELETE', '/watchlist/film', { device: 'tv' });
    expect(removed.status).toBe(200);
    expect(new Set(removed.body.removedTags)).toEqual(
      new Set([...one.body.tags, ...two.body.tags]),
    );
    const again = await user.call('DELETE', '/watchlist/film', { device: 'tv' });
    expect(again.body).toEqual({ result: 'duplicate', contentId: 'film', removedTags: [] });
    expect(await user.call('PUT', '/watchlist/film', { device: 'tv' })).toMatchObject({
      status: 201,
    });
  });

  it('pages through a list, each truncated page with a cursor and no total', async () => {
    const user = await api.createUser();
    const ids = Array.from({ length: 7 }, (_, index) => `film-${index}`);
    await Promise.all(ids.map((id) => user.call('PUT', `/watchlist/${id}`)));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await user.call('GET', `/watchlist?limit=3${query}`);
      expect(body.total).toBeUndefined();
      seen.push(...body.items.map((item: { contentId: string }) => item.contentId));
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids);
  });

  it.each([
    'a/b',
    'käse ☕',
    '%2e',
    'a b?c#d',
    '☕'.repeat(255),
    "'; drop table x; --",
    '__proto__',
  ])('takes the content id %j as it is, URL-encoded', async (contentId) => {
    const user = await api.createUser();
    const added = await user.call('PUT', `/watchlist/${encodeURIComponent(contentId)}`);
    expect(added).toMatchObject({ status: 201, body: { contentId } });
    const { body } = await user.call('GET', '/watchlist');
    expect(body.items[0].contentId).toBe(contentId);
  });

  it('[CUR4] [HLC4] an erasure by a clock that was ahead keeps no later add out, nor is it told as of then', async () => {
    const user = await api.createUser();
    const aheadMs = Date.now() + 3_600_000;
    await api.parts.repository.eraseUser(user.userId, aheadMs);
    await api.database.execute(
      `update "${api.database.schema}".user_erasures set erased_physical = $2 where user_id = $1::uuid`,
      [user.userId, aheadMs],
    );
    const added = await user.call('PUT', '/watchlist/film');
    expect(added.status).toBe(201);
    const { body } = await user.call('GET', '/watchlist');
    for (const { addedAt } of [added.body, body.items[0]]) {
      expect(Math.abs(Date.parse(addedAt) - Date.now())).toBeLessThan(60_000);
    }
  });
});
