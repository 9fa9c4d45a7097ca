/** The service inside an app of your own: `npx tsx --conditions=cuepoint-source examples/embed.ts`. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cuepoint, mintToken } from '@cuepoint/server';
import { fastify } from 'fastify';

const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-embed-'));
const secret = randomBytes(32).toString('base64');

const app = fastify({ pluginTimeout: 0, routerOptions: { maxParamLength: 8_192 } });
app.get('/hello', async () => ({ hello: 'a route of the app' }));
await app.register(cuepoint, { dataDir, secret, prefix: '/watch' });
const address = await app.listen({ host: '127.0.0.1', port: 0 });

const key = new TextEncoder().encode(secret);
const token = await mintToken(key, { userId: randomUUID(), ttlSeconds: 600 }, Date.now());
const headers = { authorization: `Bearer ${token}` };
await fetch(`${address}/watch/api/v1/watchlist/film:metropolis`, { method: 'PUT', headers });
console.log(await (await fetch(`${address}/watch/api/v1/watchlist`, { headers })).json());
console.log(await (await fetch(`${address}/hello`)).json());

await app.close();
await rm(dataDir, { recursive: true });
