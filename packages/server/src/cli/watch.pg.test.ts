import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { LiveDevice } from '../../../../test/support/live-device.ts';
import { createTestApi, TEST_SECRET, type TestApi, type TestUser } from '../testing/test-api.ts';
import { runTestCli, type CliRun } from '../testing/test-cli.ts';

let api: TestApi;
let url: string;
/** The service's ends of its connections. */
const sockets = new Set<Socket>();
const watchers: Watcher[] = [];
const devices: LiveDevice[] = [];

beforeAll(async () => {
  api = await createTestApi({ databaseUrl: inject('postgresUrl'), development: true });
  api.app.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  url = await api.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const watcher of watchers.splice(0)) watcher.stop();
  await Promise.all(devices.splice(0).map((device) => device.leave()));
});
afterAll(() => api.close());

/** A `cuepoint watch` in this process, with its lines as they come. */
class Watcher {
  readonly lines: string[] = [];
  readonly ended: Promise<CliRun>;
  readonly #stdin = new PassThrough();
  readonly #waiting = new Set<() => void>();
  #stop = (): void => undefined;

  constructor(argv: readonly string[], env: Readonly<Record<string, string>>) {
    this.ended = runTestCli(['watch', '--url', url, ...argv], {
      env,
      typed: this.#stdin,
      onOutput: (text) => {
        this.lines.push(...text.split('\n').filter((line) => line !== ''));
        for (const check of this.#waiting) check();
      },
      onStopSignal: (stop) => {
        this.#stop = stop;
      },
    });
    watchers.push(this);
  }

  type(line: string): void {
    this.#stdin.write(`${line}\n`);
  }

  stop(): void {
    this.#stop();
  }

  /** The first line that matches, as soon as it is there. */
  line(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.lines.find((line) => pattern.test(line));
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

async function watch(user: TestUser, device: string, ...argv: readonly string[]): Promise<Watcher> {
  const watcher = new Watcher(['--user', user.userId, '--device', device, ...argv], {
    CUEPOINT_TOKEN: user.token,
  });
  await watcher.line(/connected/);
  return watcher;
}

async function connect(user: TestUser, deviceId: string): Promise<LiveDevice> {
  const device = await LiveDevice.connect({
    url: `${url.replace('http', 'ws')}/api/v1/ws`,
    token: user.token,
    deviceId,
    deviceType: 'TV',
  });
  devices.push(device);
  return device;
}

describe('cuepoint watch', () => {
  it('prints changes, presence and commands as they happen, one aligned line each', async () => {
    const user = await api.createUser();
    const tv = await connect(user, 'tv');
    await tv.add('film:before');
    const watcher = await watch(user, 'terminal');
    expect(watcher.lines[0]).toMatch(/^\d\d:\d\d:\d\d  - +connected: .*1 on the watchlist, 0 pos/);
    await watcher.line(/^\d\d:\d\d:\d\d  tv {23} is online/);
    await tv.add('film:metropolis');
    await tv.setProgress('film:metropolis', 61, 'paused', 3_600);
    await tv.remove('film:metropolis');
    await tv.clearProgress('film:metropolis');
    await watcher.line(/^\d\d:\d\d:\d\d  tv {23} add film:metropolis$/);
    await watcher.line(/  tv {23} progress film:metropolis 1:01 of 1:00:00, paused$/);
    await watcher.line(/  tv {23} remove film:metropolis$/);
    await watcher.line(/  tv {23} clear film:metropolis$/);
    expect(await tv.command('terminal', { action: 'pause' })).toMatchObject({
      outcome: 'refused',
      reason: 'not_a_player',
    });
    await watcher.line(/  tv {23} asks this device to pause: refused$/);
    await tv.leave();
    await watcher.line(/  tv {23} is offline/);
    expect(tv.errors).toEqual([]);
  });

  it('two of them follow each other: what one types, the other prints', async () => {
    const user = await api.createUser();
    const [one, two] = [await watch(user, 'one'), await watch(user, 'two')];
    one.type('add film:metropolis');
    await one.line(/  - +add film:metropolis: applied$/);
    await two.line(/  one +add film:metropolis$/);
    two.type('remove film:metropolis');
    await one.line(/  two +remove film:metropolis$/);
    two.type('progress film:metropolis 120 6000 playing');
    await one.line(/  two +progress film:metropolis 2:00 of 1:40:00, playing$/);
    one.type('command two pause');
    await two.line(/  one +asks this device to pause: refused/);
    await one.line(/  two +pause: refused \(not_a_player\)$/);
    one.type('command nobody pause');
    await one.line(/  nobody +pause: unreachable/);
    one.type('dance');
    await one.line(/^  add <content>/);
    two.stop();
    expect(await two.ended).toMatchObject({ code: 0, err: '' });
    await one.line(/  two +is offline/);
  });

  it('prints one JSON object a line for machines', async () => {
    const user = await api.createUser();
    const watcher = await watch(user, 'terminal', '--json');
    const tv = await connect(user, 'tv');
    await tv.add('film:metropolis');
    const line = await watcher.line(/"change"/);
    expect(JSON.parse(line)).toMatchObject({
      time: expect.stringMatching(/Z$/),
      event: 'change',
      op: { kind: 'watchlist.add', contentId: 'film:metropolis', deviceId: 'tv' },
    });
    for (const each of watcher.lines) expect(() => JSON.parse(each) as unknown).not.toThrow();
  });

  it('lines that wait on the standard input act once the state is there', async () => {
    const user = await api.createUser();
    const tv = await connect(user, 'tv');
    await tv.add('film:metropolis');
    const watcher = new Watcher(['--user', user.userId], { CUEPOINT_TOKEN: user.token });
    watcher.type('remove film:metropolis');
    await watcher.line(/remove film:metropolis: applied/);
    await tv.until(() => tv.view.watchlist.size === 0);
    expect(tv.presence.size).toBe(2);
    expect([...tv.presence.keys()].find((id) => id !== 'tv')).toMatch(
      /^cuepoint-watch-[0-9a-f]{8}$/,
    );
  });

  it('comes back by itself, and tells what happened meanwhile', async () => {
    const user = await api.createUser();
    const watcher = await watch(user, 'terminal');
    const tv = await connect(user, 'tv');
    for (const socket of sockets) socket.resetAndDestroy();
    await watcher.line(/the connection was lost; next try in/);
    await tv.add('film:meanwhile');
    await watcher.line(/  tv +add film:meanwhile$/);
    expect(watcher.lines.filter((line) => /connected:/.test(line)).length).toBeGreaterThan(1);
  });

  it('[SEC2] asks a service in development mode for its token', async () => {
    const watcher = new Watcher(['--user', randomUUID(), '--device', 'terminal'], {});
    await watcher.line(/connected/);
    watcher.stop();
    expect((await watcher.ended).code).toBe(0);
  });

  it('[SEC1] signs with the shared secret where there is one, for this user and device', async () => {
    const watcher = new Watcher(['--user', randomUUID()], { CUEPOINT_JWT_SECRET: TEST_SECRET });
    await watcher.line(/connected/);
    watcher.stop();
    expect((await watcher.ended).code).toBe(0);
  });

  it.each([
    ['a token that is refused', { token: 'nonsense' }, 'The token was refused'],
    ['a token of somebody else', { user: randomUUID() }, 'not of --user'],
  ])('ends with %s', async (_what, { token, user }: { token?: string; user?: string }, message) => {
    const owner = await api.createUser();
    const watcher = new Watcher(['--user', user ?? owner.userId], {
      CUEPOINT_TOKEN: token ?? owner.token,
    });
    expect(await watcher.ended).toMatchObject({ code: 1, err: expect.stringContaining(message) });
  });

  it('ends when its device is removed, or another session takes it over', async () => {
    const user = await api.createUser();
    const replaced = await watch(user, 'terminal');
    const watcher = await watch(user, 'terminal');
    expect(await replaced.ended).toMatchObject({
      code: 1,
      err: expect.stringContaining('Another session of this device'),
    });
    // It is registered after its welcome.
    let status: number;
    do {
      ({ status } = await user.call('DELETE', '/devices/terminal'));
    } while (status === 404);
    expect(await watcher.ended).toMatchObject({
      code: 1,
      err: expect.stringContaining('This device was removed'),
    });
  });

  it('tries on while there is no service, until it is told to stop', async () => {
    const closed = new PassThrough();
    let stop = (): void => undefined;
    let out = '';
    const told = once(closed, 'data');
    const ended = runTestCli(['watch', '--user', randomUUID(), '--url', 'http://127.0.0.1:1'], {
      env: { CUEPOINT_TOKEN: 'x' },
      onStopSignal: (listener) => {
        stop = listener;
      },
      onOutput: (text) => {
        out += text;
        closed.write(text);
      },
    });
    await told;
    stop();
    expect((await ended).code).toBe(0);
    expect(out).toContain('the service cannot be reached (ECONNREFUSED); next try in');
  });
});
