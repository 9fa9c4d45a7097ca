import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@cuepoint/store';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { mintToken } from '../auth/mint-token.ts';
import { TEST_SECRET } from '../testing/test-api.ts';
import { cuepoint, type CuepointOptions } from './embed.ts';

const secret = TEST_SECRET;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-embed-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const schemaName = (): string => `embed_${randomUUID().replaceAll('-', '')}`;

async function headersOfSomebody(): Promise<{ authorization: string }> {
  const bytes = new TextEncoder().encode(secret);
  const token = await mintToken(bytes, { userId: randomUUID(), ttlSeconds: 600 }, Date.now());
  return { authorization: `Bearer ${token}` };
}

const DATABASES: readonly { name: string; optionsOf: () => CuepointOptions }[] = [
  { name: 'PGlite', optionsOf: () => ({ dataDir: join(home, 'data'), secret }) },
  {
    name: 'PostgreSQL',
    optionsOf: () => ({
      databaseUrl: inject('postgresUrl'),
      secret,
      settings: { databaseSchema: schemaName() },
    }),
  },
];

describe.each(DATABASES)('a service in an app of ten lines, on $name', ({ optionsOf }) => {
  it('serves below the prefix beside its routes, and what it acknowledged is there after a close', async () => {
    const options = { ...optionsOf(), prefix: '/watch' };
    const start = async () => {
      const app = fastify({ pluginTimeout: 0 });
      app.get('/hello', async () => ({ hello: 'of the host' }));
      app.post('/echo', (request, reply) => reply.send({ got: request.body }));
      app.get('/fail', async () => Promise.reject(new Error('of the host')));
      await app.register(cuepoint, options);
      return { app, address: await app.listen({ host: '127.0.0.1', port: 0 }) };
    };
    const { app, address } = await start();
    const headers = await headersOfSomebody();
    const film = `${address}/watch/api/v1/watchlist/film`;
    expect((await fetch(film, { method: 'PUT', headers })).status).toBe(201);
    const refused = await fetch(film, { method: 'PUT' });
    expect(await refused.json()).toMatchObject({ status: 401, code: 'unauthenticated' });
    const description = await fetch(`${address}/watch/openapi.json`);
    const { paths } = (await description.json()) as { paths: object };
    expect(Object.keys(paths)).toContain('/watch/api/v1/watchlist/{contentId}');

    expect(await (await fetch(`${address}/hello`)).json()).toEqual({ hello: 'of the host' });
    const text = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'text' };
    expect(await (await fetch(`${address}/echo`, text)).json()).toEqual({ got: 'text' });
    const failed = await fetch(`${address}/fail`);
    expect(failed.headers.get('content-type')).toContain('application/json');
    expect(failed.headers.get('x-trace-id')).toBeNull();

    const socket = new WebSocket(`${address.replace('http', 'ws')}/watch/api/v1/ws`);
    await once(socket, 'open');
    const over = once(socket, 'close');
    await app.close();
    await over;
    await expect(fetch(`${address}/hello`)).rejects.toThrow('fetch failed');

    // A data directory has one process and one opener: it was let go of.
    const again = await start();
    const list = await fetch(`${again.address}/watch/api/v1/watchlist`, { headers });
    expect(await list.json()).toMatchObject({ total: 1 });
    await again.app.close();
  });
});

it('leaves no connection to the database behind a close', async () => {
  const schema = schemaName();
  const databaseUrl = inject('postgresUrl');
  const own = await openDatabase({ url: databaseUrl, poolSize: 1, writers: 1 });
  const name = `embed-${randomUUID()}`;
  const url = new URL(databaseUrl);
  url.searchParams.set('application_name', name);
  const count = async () => {
    const text = 'select count(*)::int as open from pg_stat_activity where application_name = $1';
    return (await own.execute<{ open: number }>(text, [name])).rows[0]?.open;
  };
  const app = fastify();
  await app.register(cuepoint, {
    databaseUrl: url.href,
    secret,
    settings: { databaseSchema: schema },
  });
  await app.ready();
  expect(await count()).toBeGreaterThan(0);
  await app.close();
  // A server's process ends a moment after its connection.
  await expect.poll(count).toBe(0);
  await own.execute(`drop schema ${schema} cascade`);
  await own.close();
});

it('says what is missing where the database does not come, before the app gives up on it', async () => {
  const nobody = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address() as { port: number };
  const app = fastify({ pluginTimeout: 20_000 });
  const given = new AbortController();
  app.log.warn = () => given.abort();
  const databaseUrl = `postgres://nobody@127.0.0.1:${port}/none`;
  const start = async () => app.register(cuepoint, { databaseUrl, secret, signal: given.signal });
  await expect(start()).rejects.toMatchObject({ code: 'database_unavailable' });
  await app.close();
  nobody.close();
});

it.each<{ options: object; says: RegExp }>([
  { options: { secret }, says: /dataDir/ },
  { options: { dataDir: 'one', databaseUrl: 'postgres://two', secret }, says: /databaseUrl/ },
  { options: { dataDir: 'one' }, says: /CUEPOINT_JWT_SECRET/ },
  { options: { dataDir: 'one', secret: 'short' }, says: /at least 32 bytes/ },
  { options: { dataDir: 'one', secret, settings: { dev: true } }, says: /dev/ },
  { options: { dataDir: 'one', secret, settings: { jwtSecret: 'x' } }, says: /jwtSecret/ },
  { options: { dataDir: 'one', secret, settings: { rateLimit: 'x' } }, says: /RATE_LIMIT/ },
  { options: { dataDir: 'one', secret, settings: { rateLimits: 1 } }, says: /rateLimits/ },
])('[SEC2] refuses options that leave open who may call, or where: $options', async (each) => {
  const app = fastify();
  const start = async () => app.register(cuepoint, each.options as CuepointOptions);
  await expect(start()).rejects.toThrow(each.says);
  await app.close();
});

it('[SEC4] says in the log of the host what failed, and nothing that a user wrote', async () => {
  const lines: string[] = [];
  const databaseUrl = inject('postgresUrl');
  const schema = schemaName();
  const app = fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
  app.get('/fail', async () => Promise.reject(new Error('words of the host')));
  await app.register(cuepoint, {
    databaseUrl,
    secret,
    prefix: '/watch',
    settings: { databaseSchema: schema },
  });
  const headers = await headersOfSomebody();
  const own = await openDatabase({ url: databaseUrl, schema, poolSize: 1, writers: 1 });
  await own.execute(`drop schema ${schema} cascade`);
  const reply = await app.inject({ url: '/watch/api/v1/watchlist', headers });
  expect(reply.statusCode).toBeGreaterThanOrEqual(500);
  await app.inject('/fail');
  const log = lines.join('');
  expect(log).toContain('"frames"');
  expect(log).not.toContain('does not exist');
  expect(log).toContain('words of the host');
  await app.close();
  await own.close();
});
