import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi } from '../testing/test-api.ts';
import { fillTraktCatalogue, FILM, openTraktPerson } from '../testing/trakt-person.ts';
import { createTroubledWrites } from '../testing/troubled-writes.ts';

const TOLD = { movies: [{ ...FILM, watched_at: '2026-02-03T04:05:06.000Z' }] };

// Found by random calls. [TRK3]
describe.each(BOTH_DATABASES)("calls of Trakt's API that broke off, on $name", ({ openApi }) => {
  const writes = createTroubledWrites();
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi({
      env: { CUEPOINT_TRAKT: 'on' },
      wrap: ({ persistence }) => ({ persistence: writes.wrap(persistence) }),
    });
    await fillTraktCatalogue(api);
  });
  afterAll(() => api.close());

  test('[TRK3] a viewing that was told and not marked is marked by the retry, and not by a sync after somebody took it back', async () => {
    const { post, get, user } = await openTraktPerson(api);
    await post('/sync/history', TOLD);
    await post('/sync/history/remove', { movies: [FILM] });
    // The first id is spent; the viewing under the next one is stored, and the call ends before its mark.
    writes.set([undefined, undefined, 'refused']);
    expect((await post('/sync/history', TOLD)).status).toBe(503);
    writes.set([]);
    expect((await get('/sync/history')).body).toHaveLength(1);
    expect((await get('/sync/watched/movies')).body).toEqual([]);
    expect((await post('/sync/history', TOLD)).status).toBe(201);
    expect((await get('/sync/watched/movies')).body).toMatchObject([{ plays: 1 }]);
    await user.call('DELETE', '/watched/tmdb:movie:50001');
    await post('/sync/history', TOLD);
    expect((await get('/sync/watched/movies')).body).toEqual([]);
  });

  test.each([
    ['by its id', async (id: number) => ({ ids: [id] })],
    ['by its film', async () => ({ movies: [FILM] })],
  ])(
    '[TRK3] a viewing that is removed %s is gone by the retry, and so is its mark',
    async (_how, toBody) => {
      const { post, get } = await openTraktPerson(api);
      await post('/sync/history', TOLD);
      const body = await toBody((await get('/sync/history')).body[0].id);
      writes.set([undefined, 'refused']);
      expect((await post('/sync/history/remove', body)).status).toBe(503);
      writes.set([]);
      const { body: removed } = await post('/sync/history/remove', body);
      expect(removed.deleted).toEqual({ movies: 1, episodes: 0 });
      expect((await get('/sync/history')).body).toEqual([]);
      expect((await get('/sync/watched/movies')).body).toEqual([]);
    },
  );
});
