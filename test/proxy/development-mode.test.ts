import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hasNginx, startNginx } from '../support/nginx.ts';
import { startServiceProcess, type ServiceProcess } from '../support/service-process.ts';

const isThere = hasNginx();
let folder: string;
let service: ServiceProcess;
let link = '';
beforeAll(async () => {
  if (!isThere) return;
  folder = await mkdtemp(path.join(tmpdir(), 'cuepoint-proxy-'));
  service = await startServiceProcess({
    port: 0,
    env: {
      CUEPOINT_DATA_DIR: folder,
      DATABASE_URL: inject('postgresUrl'),
      CUEPOINT_DATABASE_SCHEMA: `proxy_${randomUUID().replaceAll('-', '')}`,
    },
    onLine: (line) => (link = /#link=(?<code>\S+)/.exec(line)?.groups?.['code'] ?? link),
  });
});
afterAll(async () => {
  await service?.stop();
  if (isThere) await rm(folder, { recursive: true });
});

function askToken(address: string, body: object): Promise<Response> {
  return fetch(`${address}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe.skipIf(!isThere)('[SEC2] development mode behind nginx', () => {
  const stock = () => `proxy_pass ${service.address};`;
  const scope = 'cuepoint:admin';

  it('with nothing but proxy_pass answers nobody, whatever is asked', async () => {
    await using nginx = await startNginx(stock());
    for (const route of ['/', '/health', '/dev/token', '/api/v1/watchlist']) {
      const answer = await fetch(`${nginx.address}${route}`);
      expect([route, answer.status, await answer.json()]).toMatchObject([
        route,
        403,
        { code: 'origin_refused' },
      ]);
    }
    for (const body of [{}, { scope }]) {
      expect((await askToken(nginx.address, body)).status).toBe(403);
    }
  });

  it('as most people set it up answers nobody', async () => {
    await using nginx = await startNginx(
      `${stock()} proxy_http_version 1.1; proxy_set_header X-Forwarded-For $remote_addr;`,
    );
    expect((await askToken(nginx.address, {})).status).toBe(403);
  });

  it('that cannot be told from a client hands out no scope', async () => {
    await using nginx = await startNginx(`${stock()} proxy_http_version 1.1;`);
    // Nothing in the request says that a proxy stands there; what is handed out is a token of an hour, for one user.
    expect((await askToken(nginx.address, {})).status).toBe(200);
    expect((await askToken(nginx.address, { scope })).status).toBe(403);
    const { token } = (await (await askToken(nginx.address, {})).json()) as { token: string };
    const user = '00000000-0000-4000-8000-000000000001';
    for (const headers of [{}, { 'x-cuepoint-user': '7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f' }]) {
      const look = await fetch(`${nginx.address}/api/v1/inspector/users/${user}`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
      });
      expect(look.status).toBe(403);
    }
  });

  it('hands the scope to whoever reads the terminal', async () => {
    expect((await askToken(service.address, { scope, link })).status).toBe(200);
  });
});
