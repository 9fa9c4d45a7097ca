import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi, TestUser } from '../testing/test-api.ts';

const FILM = { type: 'movie', title: 'Slow water', year: 2_024, durationSeconds: 5_400 };

describe.each(BOTH_DATABASES)('the catalogue over HTTP on $name', ({ openApi }) => {
  let api: TestApi;
  let service: TestUser;
  let viewer: TestUser;
  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_RATE_LIMIT: '0' } });
    service = await api.createUser({ scopes: ['cuepoint:service'] });
    viewer = await api.createUser();
  });
  afterAll(() => api.close());

  const put = (contents: unknown) => service.call('PUT', '/catalogue', { body: { contents } });

  it('is written by a service and read by everyone, by any id of a content', async () => {
    const entry = { contentId: 'tmdb:movie:1', ...FILM, aliases: ['imdb:tt1'] };
    expect(await put([entry])).toMatchObject({ status: 200, body: { changed: 1, rejected: [] } });
    expect(await put([entry])).toMatchObject({ status: 200, body: { changed: 0, rejected: [] } });
    for (const id of ['tmdb:movie:1', 'imdb:tt1']) {
      expect((await viewer.call('GET', `/catalogue/${id}`)).body).toEqual(entry);
    }
    const refused = { status: 403, body: { code: 'forbidden' } };
    const body = { contents: [entry] };
    expect(await viewer.call('PUT', '/catalogue', { body })).toMatchObject(refused);
    expect(await viewer.call('DELETE', '/catalogue/tmdb:movie:1')).toMatchObject(refused);
    expect(await viewer.call('GET', '/catalogue/nobody')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it('[OPS3] tells of many contents at once, each once by whatever ids, and of none that nobody knows', async () => {
    const entries = [1, 2, 3].map((index) =>
      Object.assign({ contentId: `at-once-${index}`, aliases: [`at once,&=?/#${index}`] }, FILM),
    );
    await put(entries);
    const ask = (ids: readonly string[]) => {
      const query = new URLSearchParams(ids.map((id) => ['contentId', id]));
      return viewer.call('GET', `/catalogue?${query.toString()}`);
    };
    expect(await ask(['at once,&=?/#2', 'nobody', 'at-once-1', 'at-once-2'])).toMatchObject({
      status: 200,
      body: { items: [entries[1], entries[0]] },
    });
    expect((await ask(['at-once-3'])).body).toEqual({ items: [entries[2]] });
    expect((await ask(['nobody'])).body).toEqual({ items: [] });
    const hundred = Array.from({ length: 100 }, (_, index) => `at-once-${index}`);
    expect((await ask(hundred)).body.items).toHaveLength(3);
    const refusal = { status: 400, body: { code: 'invalid_content_id', field: 'contentId' } };
    expect(await ask([...hundred, 'one-more'])).toMatchObject(refusal);
    expect(await ask([])).toMatchObject(refusal);
    expect(await ask(['film', '..'])).toMatchObject({
      status: 400,
      body: { code: 'invalid_content_id', field: 'contentId/1' },
    });
    expect((await viewer.call('GET', '/catalogue?contentId=a&ids=b')).status).toBe(400);
  });

  it('one bad entry among a thousand: a code, the index and the field, and the others are stored', async () => {
    const contents: object[] = Array.from({ length: 1_000 }, (_, index) => ({
      contentId: `bulk-${index}`,
      ...FILM,
    }));
    contents[123] = { contentId: 'bulk-123', ...FILM, season: 'one' };
    expect(await put(contents)).toMatchObject({
      status: 200,
      body: { changed: 999, rejected: [{ index: 123, code: 'invalid_content', field: 'season' }] },
    });
    expect((await viewer.call('GET', '/catalogue/bulk-123')).status).toBe(404);
    expect((await viewer.call('GET', '/catalogue/bulk-999')).body).toMatchObject(FILM);
  });

  it.each<[what: string, entry: unknown, code: string, field?: string]>([
    ['no object', 7, 'invalid_content'],
    ['no content id', FILM, 'invalid_content_id', 'contentId'],
    ['a bad content id', { contentId: 'a\nb', ...FILM }, 'invalid_content_id', 'contentId'],
    ['no type', { contentId: 'bad' }, 'invalid_content', 'type'],
    ['an unknown type', { contentId: 'bad', type: 'opera' }, 'invalid_content', 'type'],
    ['an unknown field', { contentId: 'bad', ...FILM, x: 1 }, 'invalid_content', 'x'],
    [
      'a prototype',
      '{"contentId":"bad","type":"movie","__proto__":{}}',
      'invalid_content',
      '__proto__',
    ],
    [
      'no calendar day',
      { contentId: 'bad', ...FILM, releasedAt: '2026-02-30' },
      'invalid_content',
      'releasedAt',
    ],
    [
      'three zones',
      { contentId: 'bad', ...FILM, releasedAt: '2026-02-03T10:00:00Z+01:00+02:00' },
      'invalid_content',
      'releasedAt',
    ],
    [
      'a series in itself',
      { contentId: 'bad', type: 'episode', seriesId: 'bad' },
      'invalid_content',
      'seriesId',
    ],
    [
      'a series in itself by a new alias',
      { contentId: 'bad', type: 'episode', seriesId: 'bad2', aliases: ['bad2'] },
      'invalid_content',
      'seriesId',
    ],
    [
      'a series in a series',
      { contentId: 'bad', type: 'series', seriesId: 'other' },
      'invalid_content',
      'seriesId',
    ],
    [
      'a bad series id',
      { contentId: 'bad', type: 'episode', seriesId: '..' },
      'invalid_content',
      'seriesId',
    ],
    [
      'an alias of itself',
      { contentId: 'bad', ...FILM, aliases: ['bad'] },
      'alias_cycle',
      'aliases',
    ],
    [
      'a bad alias',
      { contentId: 'bad', ...FILM, aliases: ['ok', ''] },
      'invalid_content',
      'aliases/1',
    ],
    [
      'too many aliases',
      { contentId: 'bad', ...FILM, aliases: Array.from({ length: 51 }, (_, index) => `a${index}`) },
      'invalid_content',
      'aliases',
    ],
    [
      'a second entry for one content',
      { contentId: 'before', ...FILM },
      'invalid_content',
      'contentId',
    ],
  ])('refuses an entry with %s and stores nothing of it', async (_, entry, code, field) => {
    const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
    const [before, after] = ['before', 'after'].map((contentId) =>
      JSON.stringify({ contentId, ...FILM }),
    );
    const answer = await service.call('PUT', '/catalogue', {
      payload: `{"contents":[${before},${text},${after}]}`,
    });
    const rejected = [{ index: 1, code, ...(field === undefined ? {} : { field }) }];
    expect(answer).toMatchObject({ status: 200, body: { rejected } });
    expect(answer.body.rejected).toEqual(rejected);
    expect((await viewer.call('GET', '/catalogue/bad')).status).toBe(404);
    expect((await viewer.call('GET', '/catalogue/ok')).status).toBe(404);
    expect((await viewer.call('GET', '/catalogue/after')).status).toBe(200);
    await service.call('DELETE', '/catalogue/after');
  });

  it('refuses a call that is none, and one of more than a thousand', async () => {
    expect(await put('all')).toMatchObject({ status: 400, body: { field: 'contents' } });
    expect(await put(Array.from({ length: 1_001 }, () => 0))).toMatchObject({
      status: 400,
      body: { code: 'limit_exceeded', limit: { name: 'contentsPerCall', value: 1_000 } },
    });
    expect(await put([])).toMatchObject({ status: 200, body: { changed: 0, rejected: [] } });
  });

  it('two contents that are aliases of each other: the later one is refused', async () => {
    const [a, b] = [
      { contentId: 'mutual-a', ...FILM, aliases: ['mutual-b'] },
      { contentId: 'mutual-b', ...FILM, aliases: ['mutual-a'] },
    ];
    expect((await put([a, 7, b])).body).toEqual({
      changed: 1,
      rejected: [
        { index: 1, code: 'invalid_content' },
        { index: 2, code: 'alias_cycle', field: 'aliases' },
      ],
    });
  });

  it('[OPS3] lists the episodes of a series by any of its ids, in pages', async () => {
    const episode = (contentId: string, season: number, number: number) => ({
      contentId,
      type: 'episode',
      seriesId: 'ferry',
      season,
      episode: number,
    });
    await put([
      episode('s2e1', 2, 1),
      episode('s1e2', 1, 2),
      episode('s1e1', 1, 1),
      episode('s0e1', 0, 1),
      { contentId: 'ferry', type: 'series', aliases: ['tvdb:7'] },
    ]);
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { body } = await viewer.call('GET', `/catalogue/tvdb:7/episodes?limit=3${query}`);
      ids.push(...body.items.map(({ contentId }: { contentId: string }) => contentId));
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(ids).toEqual(['s0e1', 's1e1', 's1e2', 's2e1']);
    expect((await viewer.call('GET', '/catalogue/nobody/episodes')).body.items).toEqual([]);
  });

  it('is of no user: an erasure leaves it, and an export has nothing of it', async () => {
    await put([{ contentId: 'stays', ...FILM }]);
    const leaving = await api.createUser({ scopes: ['cuepoint:service'] });
    const body = { contents: [{ contentId: 'stays-too', ...FILM }] };
    await leaving.call('PUT', '/catalogue', { body });
    expect((await leaving.call('GET', '/export')).text).not.toContain('stays');
    expect((await leaving.call('DELETE', '/user')).status).toBe(204);
    for (const id of ['stays', 'stays-too']) {
      expect((await viewer.call('GET', `/catalogue/${id}`)).status).toBe(200);
    }
  });
});
