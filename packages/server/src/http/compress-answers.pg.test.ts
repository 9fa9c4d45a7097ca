import { randomUUID } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

let live: TestLive;
let user: TestUser;
beforeAll(async () => {
  live = await createTestLive({ databaseUrl: inject('postgresUrl') });
  user = await live.api.createUser({ scopes: ['cuepoint:admin'] });
  const ops = Array.from({ length: 300 }, (_, index) => ({
    kind: 'watchlist.add',
    contentId: `film:${index}`,
    tag: randomUUID(),
    timestamp: `00000000${(index + 1).toString(16).padStart(4, '0')}-0000`,
  }));
  await user.call('POST', '/sync', { body: { deviceId: 'tv', ops } });
});
afterAll(() => live.close());

const takesGzip = { 'accept-encoding': 'gzip, deflate, br' };

async function raw(path: string, headers: Record<string, string>) {
  const url = `/api/v1${path}`;
  const authorization = `Bearer ${user.token}`;
  const answer = await live.api.app.inject({ url, headers: { authorization, ...headers } });
  return { headers: answer.headers, body: answer.rawPayload };
}

describe('a long answer', () => {
  it.each(['/sync', '/export', '/watchlist?limit=300', `/inspector/users/{user}`])(
    'of %s is compressed for whoever takes it, and the same',
    async (path) => {
      const url = path.replace('{user}', user.userId);
      const [plain, zipped] = [await raw(url, {}), await raw(url, takesGzip)];
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(zipped.headers).toMatchObject({
        'content-encoding': 'gzip',
        'cache-control': 'no-store',
        vary: 'authorization, accept-encoding',
      });
      expect(zipped.body.length * 2).toBeLessThan(plain.body.length);
      // The rest names moments, which differ from call to call.
      const idsIn = (body: Buffer) => body.toString().match(/"contentId":"[^"]+"/g) ?? [];
      const unzipped = idsIn(gunzipSync(zipped.body));
      expect(unzipped).toHaveLength(300);
      expect(unzipped).toEqual(idsIn(plain.body));
    },
  );

  it('is not where it is short, or without an end', async () => {
    const short = await raw('/watchlist?limit=1', takesGzip);
    expect(short.headers['content-encoding']).toBeUndefined();
    const address = live.url.replace('ws:', 'http:').replace('/ws', '');
    const authorization = `Bearer ${user.token}`;
    const tail = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization, ...takesGzip };
      get(`${address}/inspector/users/${user.userId}/ops`, { agent: false, headers }, resolve).on(
        'error',
        reject,
      );
    });
    expect([tail.statusCode, tail.headers['content-encoding']]).toEqual([200, undefined]);
    tail.destroy();
  });
});

describe('a body that is compressed', () => {
  it.each(['gzip', 'deflate', 'br', 'zstd', 'identity, gzip'])(
    'by %s is refused for that, and not for its JSON',
    async (encoding) => {
      const answer = await user.call('POST', '/sync', {
        payload: gzipSync(JSON.stringify({ deviceId: 'tv', ops: [] })),
        headers: { 'content-encoding': encoding },
      });
      expect(answer).toMatchObject({
        status: 415,
        body: { code: 'unsupported_media_type', field: 'Content-Encoding' },
        headers: { 'accept-encoding': 'identity' },
      });
    },
  );

  it('by nothing is taken', async () => {
    const answer = await user.call('POST', '/sync', {
      body: { deviceId: 'tv', ops: [] },
      headers: { 'content-encoding': 'identity' },
    });
    expect(answer.status).toBe(200);
  });
});
