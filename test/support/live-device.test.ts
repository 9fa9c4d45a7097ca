import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { retryAfterToReason, type WireOp } from '@cuepoint/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { LiveDevice } from './live-device.ts';

/** What the service says is written down here; the sessions themselves have tests of their own. */
const WELCOME = {
  type: 'welcome',
  protocol: 2,
  userId: 'u',
  serverTime: 1,
  changes: [],
  resync: true,
  more: false,
  cursor: 'c1',
};
const opOf = (contentId: string, count = 1): WireOp => ({
  kind: 'watchlist.add',
  contentId,
  tag: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
  timestamp: `00000000000${count}-0000`,
  deviceId: 'other',
});

let server: WebSocketServer;
let device: LiveDevice;
/** Messages of the device, as they came. */
let said: { type: string; id?: string; cursor?: string; ops?: unknown[] }[];
let sockets: WebSocket[];
let onSaid: (message: (typeof said)[number], socket: WebSocket) => void;
const saidOf = (type: string) => said.filter((message) => message.type === type);
const say = (socket: WebSocket, ...messages: object[]): void => {
  for (const message of messages) socket.send(JSON.stringify(message));
};
const ackOf = (push: { id?: string; ops?: unknown[] }, result = 'applied') => ({
  type: 'ack',
  id: push.id,
  results: push.ops?.map(() => ({ result })),
});

beforeEach(async () => {
  [said, sockets] = [[], []];
  onSaid = (message, socket) => {
    if (message.type === 'hello') say(socket, WELCOME);
  };
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as (typeof said)[number];
      said.push(message);
      onSaid(message, socket);
    });
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  device = new LiveDevice({
    url: `ws://127.0.0.1:${port}`,
    token: 't',
    deviceId: 'tv',
    random: () => 0,
  });
});
afterEach(async () => {
  await device.leave();
  for (const socket of sockets) socket.terminate();
  server.close();
});

describe('the device of the tests', () => {
  it('sends a push without an ack again, with its tag and stamp, from its last cursor', async () => {
    device.open();
    await device.until(() => device.isLive);
    onSaid = (message, socket) => {
      if (message.type === 'push') socket.terminate();
      onSaid = (later, second) => {
        if (later.type === 'hello') say(second, { ...WELCOME, resync: false, cursor: 'c2' });
        if (later.type === 'push') say(second, ackOf(later, 'duplicate'));
      };
    };
    expect(await device.add('film')).toEqual([{ result: 'duplicate' }]);
    const [first, second] = saidOf('push');
    expect(second).toEqual(first);
    expect(saidOf('hello')[1]).toMatchObject({ cursor: 'c1' });
    expect(device).toMatchObject({ cursor: 'c2', pending: 0, errors: [], welcomes: 2 });
    expect(device.acknowledged).toHaveLength(1);
  });

  it('replaces what was acknowledged after the last page, and keeps what came meanwhile', async () => {
    device.open();
    await device.until(() => device.isLive);
    const [socket] = sockets;
    if (socket === undefined) throw new Error('nobody connected');
    say(socket, { type: 'changes', ops: [opOf('gone')] });
    await device.until(() => device.view.watchlist.contains('gone'));
    const page = { type: 'changes', resync: true };
    say(socket, { ...page, ops: [opOf('a', 2)], more: true });
    say(socket, { type: 'changes', ops: [opOf('meanwhile', 3)] });
    await device.until(() => device.view.watchlist.contains('meanwhile'));
    expect(device.view.watchlist.contains('gone')).toBe(true);
    say(socket, { ...page, ops: [opOf('b', 4)], more: false, cursor: 'c2' });
    await device.until(() => device.cursor === 'c2');
    expect([...device.view.watchlist.contentIds()].sort()).toEqual(['a', 'b', 'meanwhile']);
    expect(device.errors).toEqual([]);
  });

  it('waits as long as the close asks for, and comes back', async () => {
    device.open();
    await device.until(() => device.isLive);
    const startedAt = performance.now();
    sockets[0]?.close(1012, retryAfterToReason(150));
    await device.until(() => device.welcomes === 2);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(140);
    expect(device.errors).toEqual([]);
  });

  it('sends a push once over a new socket, whatever the old one had postponed', async () => {
    device.open();
    await device.until(() => device.isLive);
    onSaid = ({ type, id }, socket) => {
      if (type !== 'push') return;
      const stopping = { type: 'error', id, code: 'shutting_down', message: '', retryAfterMs: 100 };
      say(socket, stopping);
      socket.close(1012);
      onSaid = (later, second) => {
        if (later.type === 'hello') say(second, WELCOME);
        // Answered late: a second sending would come before the ack.
        else if (later.type === 'push') setTimeout(() => say(second, ackOf(later)), 200);
      };
    };
    await device.add('film');
    expect(saidOf('push')).toHaveLength(2);
    expect(device.errors).toEqual([]);
  });

  it('does not come back after a close that says so, and counts it as an error', async () => {
    device.open();
    await device.until(() => device.isLive);
    sockets[0]?.close(4403, 'device_revoked');
    await device.until(() => device.isEnded);
    expect(device.errors).toEqual(['closed: 4403 device_revoked']);
  });

  it.each([
    ['a type that there is not', { type: 'mystery' }],
    ['an ack of no push', { type: 'ack', id: 'x', results: [] }],
    ['a live change with a cursor', { type: 'changes', ops: [], cursor: 'c' }],
    ['a last page without a cursor', { type: 'changes', ops: [], resync: false, more: false }],
    [
      'a change without its device',
      { type: 'changes', ops: [{ ...opOf('a'), deviceId: undefined }] },
    ],
    ['a schema fault', { type: 'changes', ops: [{ kind: 'watchlist.add' }] }],
    ['a second welcome', WELCOME],
  ])('is strict about %s', async (_what, message) => {
    device.open();
    await device.until(() => device.isLive);
    if (sockets[0] !== undefined) say(sockets[0], message);
    await device.until(() => device.errors.length > 0);
    expect(device.errors[0]).toContain('violation');
  });

  it('leaves out what was rejected, and tells', async () => {
    onSaid = (message, socket) => {
      if (message.type === 'hello') say(socket, WELCOME);
      if (message.type !== 'push') return;
      const rejected = { result: 'rejected', code: 'clock_ahead' };
      say(socket, { type: 'ack', id: message.id, results: [rejected] });
    };
    device.open();
    const pushed = device.add('film');
    expect(device.view.watchlist.contains('film')).toBe(true);
    await pushed;
    expect(device.view.watchlist.contains('film')).toBe(false);
    expect(device.errors).toEqual(['rejected watchlist.add: clock_ahead']);
  });
});
