import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestApi, type TestApi } from '../testing/test-api.ts';
import { cuepointPlugin } from './cuepoint-plugin.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ databaseUrl: inject('postgresUrl') });
});
afterAll(() => api.close());

describe('the service in an app of somebody else', () => {
  it('serves below the prefix and leaves the routes of the host as they are', async () => {
    const host = fastify();
    host.post('/echo', (request, reply) => reply.send({ got: request.body }));
    host.get('/fail', async () => Promise.reject(new Error('of the host')));
    await host.register(cuepointPlugin, { parts: api.parts, prefix: '/watch' });
    const user = await api.createUser();
    const headers = { authorization: `Bearer ${user.token}` };

    const url = '/watch/api/v1/watchlist/film';
    expect((await host.inject({ method: 'PUT', url, headers })).statusCode).toBe(201);
    const refused = await host.inject({ method: 'PUT', url });
    expect(refused.json()).toMatchObject({ status: 401, code: 'unauthenticated' });
    const paths = Object.keys(
      (await host.inject('/watch/openapi.json')).json<{ paths: object }>().paths,
    );
    expect(paths).toContain('/watch/api/v1/watchlist/{contentId}');

    const echo = await host.inject({
      method: 'POST',
      url: '/echo',
      headers: { 'content-type': 'text/plain' },
      payload: 'text',
    });
    expect(echo.json()).toEqual({ got: 'text' });
    const failed = await host.inject('/fail');
    expect(failed.headers['content-type']).toContain('application/json');
    await host.close();
  });
});
