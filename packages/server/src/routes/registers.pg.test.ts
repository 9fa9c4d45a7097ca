import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi } from '../testing/test-api.ts';

describe.each(BOTH_DATABASES)('registers over HTTP on $name', ({ openApi }) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_RATE_LIMIT: '0' } });
  });
  afterAll(() => api.close());

  it('[REG2] keeps preferences as the origin’s preference_update does, and refuses what is none', async () => {
    const viewer = await api.createUser();
    const path = '/registers/preference/audio_language';
    expect((await viewer.call('GET', path)).status).toBe(404);
    const value = { language: 'de', subtitles: ['en', 'tr'] };
    expect((await viewer.call('PUT', path, { body: { value } })).body).toMatchObject({
      result: 'applied',
      value,
    });
    expect((await viewer.call('GET', path)).body).toMatchObject({
      kind: 'preference',
      key: 'audio_language',
      value,
    });
    expect((await viewer.call('DELETE', path)).body).toMatchObject({
      result: 'applied',
      value: null,
    });
    expect((await viewer.call('GET', path)).status).toBe(404);
    expect((await viewer.call('DELETE', path)).body.result).toBe('duplicate');
    for (const [kind, body, code] of [
      ['notes', { value: 1 }, 'invalid_register'],
      ['rating', { value: 11 }, 'invalid_register_value'],
      ['preference', { value: 'x'.repeat(5_000) }, 'invalid_register_value'],
      ['preference', {}, 'invalid_register_value'],
      ['place', { value: null }, 'invalid_register_key'],
    ] as const) {
      const answer = await viewer.call('PUT', `/registers/${kind}/key`, { body });
      expect([kind, answer.status, answer.body.code]).toEqual([kind, 400, code]);
    }
    for (const [unknown, code] of [
      ['notes/key', 'invalid_register'],
      ['%00/key', 'invalid_register'],
      ['x-%00/key', 'invalid_register'],
      ['preference/%00', 'invalid_register_key'],
      ['place/key', 'invalid_register_key'],
    ] as const) {
      for (const method of ['GET', 'DELETE'] as const) {
        const answer = await viewer.call(method, `/registers/${unknown}`);
        expect([method, unknown, answer.status, answer.body.code]).toEqual([
          method,
          unknown,
          400,
          code,
        ]);
      }
    }
    const proto = await viewer.call('PUT', path, { payload: '{"value":{"__proto__":{"a":1}}}' });
    expect(proto).toMatchObject({ status: 400, body: { code: 'invalid_register_value' } });
  });

  it('[OPS3] [REG2] lists those of a kind by key, in pages, and neither what was taken back nor anybody else’s', async () => {
    const [viewer, other] = [await api.createUser(), await api.createUser()];
    const keys = Array.from({ length: 7 }, (_, index) => `film/${index}`);
    const rate = (user: typeof viewer, key: string, value: number) =>
      user.call('PUT', `/registers/rating/${encodeURIComponent(key)}`, { body: { value } });
    for (const [index, key] of keys.toReversed().entries()) await rate(viewer, key, index + 1);
    await rate(other, 'film/of another', 1);
    await viewer.call('PUT', '/registers/x-mood/film', { body: { value: 'blue' } });
    for (const key of ['film/2', 'film/3']) {
      await viewer.call('DELETE', `/registers/rating/${encodeURIComponent(key)}`);
    }
    const found: string[] = [];
    const lengths: number[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { body } = await viewer.call('GET', `/registers/rating?limit=2${query}`);
      found.push(...body.items.map(({ key }: { key: string }) => key));
      lengths.push(body.items.length);
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(found).toEqual(keys.filter((key) => key !== 'film/2' && key !== 'film/3'));
    // A page looks at no more keys than it may hold.
    expect(lengths).toEqual([2, 0, 2, 1]);
    const { body } = await viewer.call('GET', '/registers/rating');
    expect(body).toMatchObject({
      total: 5,
      items: [{ kind: 'rating', key: 'film/0', value: 7 }, {}, {}, {}, {}],
    });
    const single = await viewer.call('GET', `/registers/rating/${encodeURIComponent('film/0')}`);
    expect(body.items[0]).toEqual(single.body);
    expect((await viewer.call('GET', '/registers/favorite')).body).toEqual({ items: [], total: 0 });
    for (const [path, code] of [
      ['notes', 'invalid_register'],
      ['%00', 'invalid_register'],
      ['rating?cursor=%20', 'invalid_cursor'],
      ['rating?limit=0', 'invalid_request'],
      ['rating?limit=1001', 'invalid_request'],
    ]) {
      const answer = await viewer.call('GET', `/registers/${path}`);
      expect([path, answer.status, answer.body.code]).toEqual([path, 400, code]);
    }
  });
});
