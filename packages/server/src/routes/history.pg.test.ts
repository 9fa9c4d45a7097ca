import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi, TestUser } from '../testing/test-api.ts';

describe.each(BOTH_DATABASES)('the history of a work over HTTP on $name', ({ openApi }) => {
  let api: TestApi;
  let service: TestUser;
  beforeAll(async () => {
    api = await openApi();
    service = await api.createUser({ scopes: ['cuepoint:service'] });
  });
  afterAll(() => api.close());

  it('[PLY1] joins what was told under several names of one work, finds it by each, and parts it again', async () => {
    const viewer = await api.createUser();
    const put = (aliases: readonly string[]) =>
      service.call('PUT', '/catalogue', {
        body: { contents: [{ contentId: 'tmdb:movie:9', type: 'movie', aliases }] },
      });
    const history = async (query = '') => (await viewer.call('GET', `/history${query}`)).body.items;
    for (const [contentId, watchedAt] of [
      ['imdb:tt9', '2026-01-31T20:00:00Z'],
      ['tmdb:movie:9', '2026-01-31T20:40:00Z'],
    ]) {
      await viewer.call('POST', '/history', { body: { contentId, watchedAt } });
    }
    expect(await history()).toHaveLength(2);
    await put(['imdb:tt9']);
    for (const query of ['', '?contentId=imdb:tt9', '?contentId=tmdb:movie:9']) {
      expect(await history(query)).toMatchObject([
        { contentId: 'imdb:tt9', watchedAt: '2026-01-31T20:00:00Z', alsoIds: [expect.any(String)] },
      ]);
    }
    await put([]);
    expect(await history()).toHaveLength(2);
    expect(await history('?contentId=imdb:tt9')).toHaveLength(1);
    await put(['imdb:tt9']);
    const [{ playId }] = await history();
    const { body } = await viewer.call('DELETE', `/history/${playId}`);
    expect(body.removedIds).toHaveLength(2);
    expect(await history()).toEqual([]);
  });
});
