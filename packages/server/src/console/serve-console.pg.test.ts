import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openConnections } from '../testing/open-connections.ts';
import { createTestApi, type Answer, type TestApi } from '../testing/test-api.ts';
import { findConsoleFiles } from './console-files.ts';

const SCRIPT = '/assets/index-D_v_uWbw.js';
const PAGE = '<!doctype html><title>Cuepoint</title>';
const CLIP = '0123456789';
const ACCEPT_OF_BROWSERS = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let home: string;
let built: TestApi;
let unbuilt: TestApi;
let without: TestApi;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-console-'));
  const directory = join(home, 'console');
  await mkdir(join(directory, 'assets'), { recursive: true });
  await writeFile(join(directory, 'index.html'), PAGE);
  await writeFile(join(directory, SCRIPT), 'export {};');
  await writeFile(join(directory, 'clip.mp4'), CLIP);
  await writeFile(join(directory, '.secret'), 'secret');
  await writeFile(join(home, 'outside.txt'), 'secret');
  const databaseUrl = inject('postgresUrl');
  built = await createTestApi({
    databaseUrl,
    wrap: () => ({ console: findConsoleFiles(directory) }),
  });
  unbuilt = await createTestApi({
    databaseUrl,
    wrap: () => ({ console: findConsoleFiles(join(home, 'nothing')) }),
  });
  without = await createTestApi({ databaseUrl });
});
afterAll(async () => {
  await Promise.all([built.close(), unbuilt.close(), without.close()]);
  await rm(home, { recursive: true });
});

const open = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  built.call('GET', `/${path}`, { headers: { accept: ACCEPT_OF_BROWSERS, ...headers } });

describe('a page of the console', () => {
  it.each(['/', '/inspector', '/health'])(
    'is served at %s, is asked for anew each time, and runs nothing of elsewhere',
    async (path) => {
      const { status, headers, text } = await open(path);
      expect(status).toBe(200);
      expect(text).toBe(PAGE);
      expect(headers['content-type']).toContain('text/html');
      expect(headers['cache-control']).toBe('no-cache');
      expect(headers['etag']).toBeTypeOf('string');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).toContain("connect-src 'self' ws://localhost:8083 wss://localhost:8083");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    },
  );

  it('leaves /health to programs, and tells caches that there are two answers', async () => {
    for (const accept of ['*/*', 'application/json']) {
      const { headers, body } = await open('/health', { accept });
      expect(body).toMatchObject({ status: 'live' });
      expect(headers['vary']).toContain('accept');
    }
    expect((await open('/health')).headers['vary']).toContain('accept');
  });

  it('is not answered once more where the browser leaves in the middle of it', async () => {
    const directory = join(home, 'large');
    await mkdir(directory);
    await writeFile(join(directory, 'index.html'), 'x'.repeat(2 ** 24));
    const large = await createTestApi({
      databaseUrl: inject('postgresUrl'),
      wrap: () => ({ console: findConsoleFiles(directory) }),
    });
    const { port } = new URL(await large.app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n');
    await once(socket, 'data');
    socket.resetAndDestroy();
    await expect.poll(() => openConnections(large.app)).toBe(0);
    await large.call('GET', '//livez');
    expect(large.logLines.join('\n')).not.toContain('request failed');
    await large.close();
  });

  it('is read and never written to', async () => {
    expect((await built.call('HEAD', '//inspector')).status).toBe(200);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      for (const path of ['//', '//inspector', `/${SCRIPT}`]) {
        const { status, headers } = await built.call(method, path);
        expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
      }
    }
  });

  it('has no other path: what is not there is a problem, not a page', async () => {
    for (const path of ['/inspector/users', '/index.html', '/assets/', '/assets/other.js']) {
      expect(await open(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });
});

describe('the pages of people', () => {
  it('are there where the service keeps some, and / is theirs', async () => {
    const people = await createTestApi({
      databaseUrl: inject('postgresUrl'),
      env: { CUEPOINT_ACCOUNTS: 'on' },
      wrap: () => ({ console: findConsoleFiles(join(home, 'console')) }),
    });
    const headers = { accept: ACCEPT_OF_BROWSERS };
    for (const path of ['//watching', '//account', '//link', '//set-up', '//tv', '//inspector']) {
      expect((await people.call('GET', path, { headers })).text).toBe(PAGE);
    }
    const first = await people.call('GET', '//', { headers });
    expect([first.status, first.headers['location']]).toEqual([302, '/account']);
    await people.close();
    for (const path of ['/watching', '/account', '/link', '/set-up', '/tv']) {
      expect((await open(path)).status).toBe(404);
    }
  });
});

describe('a file of the console', () => {
  it('with its hash in its name is kept for ever', async () => {
    const { status, headers } = await open(SCRIPT);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('javascript');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('of another name is asked for anew, and answered in parts where a player asks so', async () => {
    const whole = await open('/clip.mp4');
    expect(whole.headers).toMatchObject({
      'cache-control': 'no-cache',
      'accept-ranges': 'bytes',
      'content-type': 'video/mp4',
    });
    const part = await open('/clip.mp4', { range: 'bytes=2-4' });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
    ]);
    expect((await open('/clip.mp4', { range: 'bytes=99-' })).body.code).toBe('invalid_request');
    const same = await open('/clip.mp4', { 'if-none-match': String(whole.headers['etag']) });
    expect(same.status).toBe(304);
  });

  it.each([
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/../../outside.txt',
    '/assets/..%5c..%5coutside.txt',
    '/assets%2f..%2f..%2foutside.txt',
    '/.secret',
    '//outside.txt',
    '/clip.mp4%00.js',
    '/etc/passwd',
  ])('never is one of outside: %s', async (path) => {
    const { status, text } = await open(path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(text).not.toContain('secret');
    expect(text).not.toContain('root:');
  });
});

describe('a service without the built console', () => {
  it('runs, and says at its pages how it is built', async () => {
    for (const path of ['//', '//inspector']) {
      const { status, body } = await unbuilt.call('GET', path);
      expect([status, body.code]).toEqual([404, 'not_found']);
      expect(body.detail).toContain('npm run build:console');
    }
    const headers = { accept: ACCEPT_OF_BROWSERS };
    expect((await unbuilt.call('GET', '//health', { headers })).body).toMatchObject({
      status: 'live',
    });
  });

  it('that was not asked for one has no pages at all', async () => {
    for (const path of ['//', '//inspector', `/${SCRIPT}`]) {
      const { status, body } = await without.call('GET', path);
      expect([status, body.detail]).toEqual([404, 'There is no such route.']);
    }
    const headers = { accept: ACCEPT_OF_BROWSERS };
    expect((await without.call('GET', '//health', { headers })).body.status).toBe('live');
  });
});
