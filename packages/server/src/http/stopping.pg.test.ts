import { expect, inject, it } from 'vitest';
import { createTestApi } from '../testing/test-api.ts';

it('[GC7] a service that stops refuses new requests and lets the connection go', async () => {
  let isStopping = false;
  const api = await createTestApi({
    databaseUrl: inject('postgresUrl'),
    isStopping: () => isStopping,
  });
  try {
    const user = await api.createUser();
    expect((await user.call('GET', '/watchlist')).headers['connection']).not.toBe('close');
    isStopping = true;
    const refused = await user.call('PUT', '/watchlist/film');
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'shutting_down', retryAfterMs: 1_000 },
    });
    expect(refused.headers).toMatchObject({ connection: 'close', 'retry-after': '1' });
  } finally {
    await api.close();
  }
});
