import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { mintToken } from '../auth/mint-token.ts';
import { Gate, overriding } from '../testing/gate.ts';
import { RawClient } from '../testing/raw-client.ts';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';
import { CHANGES_PER_MESSAGE, MESSAGE_BYTES_MAX } from './limits.ts';

const clock = new ManualClock();
const reads = new Gate();
let readsBegun = 0;
let live: TestLive;
let limited: TestLive;
beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  live = await createTestLive({
    databaseUrl,
    clock,
    wrap: ({ repository }) => ({
      repository: overriding(repository, {
        async readChanges(userId, request) {
          readsBegun += 1;
          const page = await repository.readChanges(userId, request);
          await reads.pass();
          return page;
        },
      }),
    }),
  });
  limited = await createTestLive({
    databaseUrl,
    env: {
      CUEPOINT_SOCKETS_MAX: '4',
      CUEPOINT_SOCKETS_PER_USER: '2',
      CUEPOINT_DEVICES_PER_USER: '3',
      CUEPOINT_PENDING_SOCKETS_PER_ADDRESS: '2',
    },
  });
});
afterAll(() => Promise.all([live.close(), limited.close()]));

async function expectEnd(client: RawClient, code: string, closeCode: number): Promise<object> {
  const error = await client.take('error');
  expect(error.code).toBe(code);
  expect(await client.untilClosed()).toMatchObject({ code: closeCode });
  return error;
}

describe('the token of a hello', () => {
  it('[SEC1] alone says who it is: nothing of the request is looked at', async () => {
    const { token } = await live.api.createUser();
    const client = await RawClient.open(`${live.url}?token=${token}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    client.send({ type: 'heartbeat' });
    await expectEnd(client, 'hello_required', 4400);
  });

  it('[SEC1] is refused when it is no token, of another secret, expired, or of another device', async () => {
    const userId = randomUUID();
    const foreign = new TextEncoder().encode('another secret of the tests, 32 bytes');
    const tokens: [token: string, code: string][] = [
      ['no.token.at-all', 'unauthenticated'],
      [await mintToken(foreign, { userId, ttlSeconds: 600 }, clock.now()), 'unauthenticated'],
      [await live.token({ userId, ttlSeconds: -10 }), 'unauthenticated'],
      [await live.token({ userId, deviceId: 'phone' }), 'device_mismatch'],
    ];
    for (const [token, code] of tokens) {
      const client = await live.open();
      client.hello(token, 'tv');
      await expectEnd(client, code, 4401);
      expect(client.count('welcome')).toBe(0);
    }
  });

  it('[SEC1] is accepted when it is bound to this device', async () => {
    const user = await live.api.createUser({ deviceId: 'tv' });
    const client = await live.greet(user, 'tv');
    expect(client.received[0]).toMatchObject({
      type: 'welcome',
      protocol: 2,
      userId: user.userId,
      serverTime: clock.now(),
      changes: [],
      resync: true,
      more: false,
    });
    await client.close();
  });

  it('[SEC1] is refused for the id of a removed device, which is no device of the list either', async () => {
    const user = await live.api.createUser();
    await register(user, 'tv');
    expect((await user.call('DELETE', '/devices/tv')).status).toBe(204);
    const again = await live.open();
    again.hello(user.token, 'tv');
    await expectEnd(again, 'device_revoked', 4403);
    expect(again.count('welcome')).toBe(0);
    const other = await live.open();
    other.hello(user.token, 'phone');
    const { devices } = await other.take('presence');
    expect(devices.map(({ deviceId }) => deviceId)).toEqual(['phone']);
    await other.close();
  });

  it('is refused for the id that writes without a device carry', async () => {
    const { token } = await live.api.createUser();
    const client = await live.open();
    client.hello(token, 'http-api');
    expect(await expectEnd(client, 'invalid_device_id', 4400)).toMatchObject({ field: 'deviceId' });
  });
});

describe('what comes instead of a hello', () => {
  it('of another version is told so, whatever else it holds', async () => {
    const { token } = await live.api.createUser();
    for (const more of [{}, { fieldOfTheFuture: true }]) {
      const client = await live.open();
      client.send({
        type: 'hello',
        protocol: 1,
        token,
        device: { deviceId: 'tv', deviceType: 'TV', platform: 'Tizen', appVersion: '1' },
        ...more,
      });
      expect(await expectEnd(client, 'protocol_unsupported', 4406)).toMatchObject({
        field: 'protocol',
      });
    }
  });

  it.each([
    ['a heartbeat', JSON.stringify({ type: 'heartbeat' }), 'hello_required'],
    ['a push', JSON.stringify({ type: 'push', id: '1', ops: [] }), 'hello_required'],
    ['no JSON', '{"type":', 'invalid_request'],
    ['an unknown type', '{"type":"goodbye"}', 'invalid_request'],
    ['a binary frame', Buffer.from(JSON.stringify({ type: 'heartbeat' })), 'invalid_request'],
  ])('%s ends the session', async (_name, message, code) => {
    const client = await live.open();
    client.send(message);
    await expectEnd(client, code, 4400);
  });

  it('a message past 1 MiB is not even read to its end', async () => {
    const client = await live.open();
    client.send('x'.repeat(MESSAGE_BYTES_MAX + 1));
    expect(await client.untilClosed()).toMatchObject({ code: 1009 });
  });

  it('[SEC3] a message that nests too deep names the limit', async () => {
    const client = await live.open();
    client.send('['.repeat(17));
    expect(await expectEnd(client, 'limit_exceeded', 4413)).toMatchObject({
      limit: { name: 'messageDepth', value: 16 },
    });
  });

  it('[SEC1] silence for 5 s ends in a close, and a hello just before does not', async () => {
    const { token } = await live.api.createUser();
    const [silent, late] = [await live.open(), await live.open()];
    await clock.advance(4_000);
    late.hello(token, 'tv');
    await late.take('presence');
    expect(silent.closed).toBeUndefined();
    await clock.advance(2_000);
    await expectEnd(silent, 'hello_required', 4408);
    expect(late.closed).toBeUndefined();
    await late.close();
  });
});

describe('a hello that is being answered', () => {
  it('is the only one of its session', async () => {
    const { token } = await live.api.createUser();
    const client = await live.open();
    client.hello(token, 'tv');
    client.hello(token, 'tv');
    await expectEnd(client, 'hello_required', 4400);
    const welcomed = await live.greet(await live.api.createUser(), 'tv');
    welcomed.hello(token, 'tv');
    await expectEnd(welcomed, 'hello_required', 4400);
  });

  it('is waited for: what is sent before the welcome ends the session', async () => {
    const { token } = await live.api.createUser();
    reads.close();
    const client = await live.open();
    client.hello(token, 'tv');
    await reads.untilWaiting(1);
    client.send({ type: 'heartbeat' });
    await expectEnd(client, 'hello_required', 4400);
    reads.open();
  });

  it('need not be waited for to its last page', async () => {
    const user = await live.api.createUser();
    await fill(user, CHANGES_PER_MESSAGE + 1);
    reads.close();
    const client = await live.open();
    client.hello(user.token, 'tv');
    await reads.untilWaiting(1);
    reads.passAll();
    expect(await client.take('welcome')).toMatchObject({ more: true });
    await reads.untilWaiting(1);
    client.send({ type: 'push', id: 'early', ops: [] });
    expect(await client.take('ack')).toEqual({ type: 'ack', id: 'early', results: [] });
    reads.open();
    expect(await client.take('changes')).toMatchObject({ more: false });
    await client.close();
  });

  it('[GC9] is not read for when its client has gone; one user has two turns at one time', async () => {
    const { token } = await live.api.createUser();
    reads.close();
    readsBegun = 0;
    // As many as are served of one user at one time, and one that waits for its turn.
    const clients: RawClient[] = [];
    for (let index = 0; index < 3; index += 1) {
      const client = await live.open();
      client.hello(token, `d${index}`);
      clients.push(client);
    }
    await reads.untilWaiting(2);
    const last = clients.pop();
    await last?.close();
    reads.open();
    for (const client of clients) await client.take('presence');
    expect(readsBegun).toBe(2);
    for (const client of clients) await client.close();
  });
});

describe('the limits of sockets', () => {
  it('[SEC3] of one user name themselves, and a device that comes back needs no room', async () => {
    const user = await limited.api.createUser();
    const first = await limited.greet(user, 'a');
    const second = await limited.greet(user, 'b');
    const third = await limited.open();
    third.hello(user.token, 'c');
    expect(await third.take('error')).toMatchObject({
      code: 'rate_limited',
      limit: { name: 'socketsPerUser', value: 2 },
      retryAfterMs: 30_000,
    });
    expect(await third.untilClosed()).toEqual({ code: 4429, reason: 'retryAfterMs=30000' });
    const back = await limited.greet(user, 'b');
    expect(await second.untilClosed()).toMatchObject({ code: 4409 });
    await Promise.all([first.close(), back.close()]);
  });

  it('[SEC3] devices of one user name themselves; a known device needs no room', async () => {
    const user = await limited.api.createUser();
    for (const deviceId of ['a', 'b', 'c']) await register(user, deviceId);
    const fourth = await limited.open();
    fourth.hello(user.token, 'd');
    expect(await expectEnd(fourth, 'limit_exceeded', 4413)).toMatchObject({
      limit: { name: 'devicesPerUser', value: 3 },
    });
    await (await limited.greet(user, 'a')).close();
  });

  it('[SEC3] ids of devices that were removed name themselves', async () => {
    const user = await limited.api.createUser();
    for (let index = 0; index < 15; index += 1) {
      await register(user, `gone-${index}`);
      await user.call('DELETE', `/devices/gone-${index}`);
    }
    const next = await limited.open();
    next.hello(user.token, 'next');
    expect(await expectEnd(next, 'limit_exceeded', 4413)).toMatchObject({
      limit: { name: 'deviceIdsPerUser', value: 15 },
    });
  });

  it('[SEC1] of one address that say nothing give way to the next, the oldest first', async () => {
    await limited.untilIdle();
    const silent = [await limited.open(), await limited.open()];
    const third = await limited.open();
    expect(await silent[0]?.untilClosed()).toMatchObject({ code: 1006 });
    const user = await limited.api.createUser();
    for (const client of [silent[1], third]) {
      client?.hello(user.token, client === third ? 'phone' : 'tv');
      await client?.take('presence');
      await client?.close();
    }
  });

  it('[SEC3] of an instance are answered over HTTP, and one that goes makes room', async () => {
    await limited.untilIdle();
    const user = await limited.api.createUser();
    const other = await limited.api.createUser();
    const clients = [
      await limited.greet(user, 'a'),
      await limited.greet(user, 'b'),
      await limited.greet(other, 'a'),
      await limited.greet(other, 'b'),
    ];
    const refusal = await RawClient.refusal(limited.url);
    expect(refusal).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { code: 'overloaded', limit: { name: 'sockets', value: 4 } },
    });
    await clients[0]?.close();
    await (await limited.open()).close();
    for (const client of clients.slice(1)) await client.close();
  });
});

async function register(user: TestUser, deviceId: string): Promise<void> {
  const body = { deviceType: 'TV', platform: 'Tizen', appVersion: '1' };
  expect((await user.call('PUT', `/devices/${deviceId}`, { body })).status).toBe(201);
}

async function fill(user: TestUser, count: number): Promise<void> {
  for (let start = 0; start < count; start += 500) {
    const ops = Array.from({ length: Math.min(500, count - start) }, (_, index) => ({
      kind: 'progress.clear',
      contentId: `content ${start + index}`,
      timestamp: '000000000001-0000',
    }));
    const { status } = await user.call('POST', '/sync', { body: { deviceId: 'filler', ops } });
    expect(status).toBe(200);
  }
}
