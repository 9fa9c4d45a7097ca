import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RawClient } from '../../packages/server/src/testing/raw-client.ts';
import { createTestLive, type TestLive } from '../../packages/server/src/testing/test-live.ts';
import { hasNginx, startNginx, type Nginx } from '../support/nginx.ts';

/** As docs/operating.md has it, "Behind a proxy". */
const LOCATION = (upstream: string) => `
  proxy_pass ${upstream};
  proxy_http_version 1.1;
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection upgrade;
  proxy_read_timeout 120s;
`;

describe.skipIf(!hasNginx())('behind nginx', () => {
  let live: TestLive;
  let blind: TestLive;
  beforeAll(async () => {
    const env = { CUEPOINT_PENDING_SOCKETS_PER_ADDRESS: '1' };
    const databaseUrl = inject('postgresUrl');
    live = await createTestLive({
      databaseUrl,
      env: { ...env, CUEPOINT_TRUSTED_PROXIES: '127.0.0.1' },
    });
    blind = await createTestLive({ databaseUrl, env });
  });
  afterAll(() => Promise.all([live.close(), blind.close()]));

  const start = ({ url }: TestLive): Promise<Nginx> =>
    startNginx(LOCATION(new URL(url.replace('ws:', 'http:')).origin));

  /** A socket that says nothing, from an address of this machine. */
  const open = (nginx: Nginx, localAddress: string): Promise<RawClient> =>
    RawClient.open(`${nginx.address.replace('http:', 'ws:')}/api/v1/ws`, { localAddress });

  it('[SEC3] people of two addresses are told apart where the proxy is trusted', async () => {
    await using nginx = await start(live);
    const first = await open(nginx, '127.0.0.2');
    const other = await open(nginx, '127.0.0.3');
    const second = await open(nginx, '127.0.0.2');
    await first.untilClosed();
    expect((await live.held()).sockets).toBe(2);
    await Promise.all([other.close(), second.close()]);
  });

  it('[SEC3] they are one address where it is not, whatever the header says', async () => {
    await using nginx = await start(blind);
    const first = await open(nginx, '127.0.0.2');
    const other = await open(nginx, '127.0.0.3');
    await first.untilClosed();
    expect((await blind.held()).sockets).toBe(1);
    await other.close();
  });
});
