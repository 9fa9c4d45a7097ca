import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { mintToken } from '../auth/mint-token.ts';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../http/logger.ts';
import { createService, type Service } from '../service/create-service.ts';
import { TEST_SECRET } from '../testing/test-api.ts';

let service: Service;
let addresses: { readonly address: string; readonly trakt: string };
let headers: { readonly authorization: string };

beforeEach(async () => {
  const env = {
    DATABASE_URL: inject('postgresUrl'),
    CUEPOINT_DATABASE_SCHEMA: `service_${randomUUID().replaceAll('-', '')}`,
    CUEPOINT_JWT_SECRET: TEST_SECRET,
    CUEPOINT_ACCOUNTS: 'on',
    CUEPOINT_TRAKT_PORT: '0',
    HOST: '127.0.0.1',
    PORT: '0',
  };
  service = createService({
    config: readConfig({ env, readFile: () => '' }),
    logger: createLogger('silent'),
    writeAudit: () => undefined,
    now: Date.now,
    random: () => 0,
    randomUuid: randomUUID,
  });
  const { address, traktAddress = '' } = await service.start();
  addresses = { address, trakt: traktAddress };
  const secret = new TextEncoder().encode(TEST_SECRET);
  const token = await mintToken(secret, { userId: randomUUID(), ttlSeconds: 600 }, Date.now());
  headers = { authorization: `Bearer ${token}` };
});
afterEach(() => service.stop());

test("[TRK1] Trakt's API is at / of a port of its own, and nothing else is; the other port has nothing of it", async () => {
  const { address, trakt } = addresses;
  expect(trakt).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(new URL(trakt).port).not.toBe(new URL(address).port);
  const ask = async (url: string) => {
    const answer = await fetch(url, { headers });
    return [answer.status, answer.headers.get('content-type')];
  };
  const found = [200, 'application/json; charset=utf-8'];
  const missing = [404, 'application/json; charset=utf-8'];
  for (const path of ['/users/settings', '//users/settings', '/sync/last_activities?x=1']) {
    expect([path, await ask(`${trakt}${path}`)]).toEqual([path, found]);
  }
  for (const path of ['/api/v1/watchlist', '/openapi.json', '/', '/compat/trakt/users/settings']) {
    expect([path, await ask(`${trakt}${path}`)]).toEqual([path, missing]);
  }
  // A path that the router refuses is answered in the form of this API too.
  expect(await ask(`${trakt}/movies/%zz`)).toEqual([400, missing[1]]);
  expect((await ask(`${address}/compat/trakt/users/settings`))[0]).toBe(404);
});

test('a client there is sent to the pages of the service for its sign-in', async () => {
  const { address, trakt } = addresses;
  const begun = await fetch(`${trakt}//oauth/device/code`, { method: 'POST', body: '{}' });
  const codes = (await begun.json()) as { verification_url: string };
  expect(codes.verification_url).toBe(`${address}/link`);
});
