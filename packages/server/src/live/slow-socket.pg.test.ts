import { PUSHES_IN_FLIGHT_MAX, type Op } from '@cuepoint/core';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LiveDevice } from '../../../../test/support/live-device.ts';
import { untilDevices } from '../../../../test/support/live/until-devices.ts';
import { overriding } from '../testing/gate.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';
import type { OpPersistence } from '../writes/write-deps.ts';
import { SEND_BUFFER_MAX_BYTES } from './limits.ts';

let persistOp: OpPersistence['persistOp'] | undefined;
let live: TestLive;
beforeAll(async () => {
  live = await createTestLive({
    databaseUrl: inject('postgresUrl'),
    env: { CUEPOINT_RATE_LIMIT: '0' },
    wrap: ({ persistence }) => ({
      persistence: overriding(persistence, {
        persistOp: (userId, op, options) =>
          persistOp === undefined
            ? persistence.persistOp(userId, op, options)
            : persistOp(userId, op, options),
      }),
    }),
  });
});
afterAll(() => live.close());

const OPS = 500;
/** Many more bytes than the system takes, on either side, for a peer that does not read. */
const ROUNDS_MAX = 100;
const PUSHES = 48;
/** The longest name there is, so that few ops make many bytes. */
const nameOf = (index: number): string => {
  const digits = String(index);
  return digits + '🎬'.repeat(255 - digits.length);
};
const LAST = nameOf(OPS - 1);

function positionOf({ stored }: LiveDevice, contentId: string): number {
  return stored.progress.get(contentId)?.value?.positionSeconds ?? 0;
}

/** The service's side of the connection that `open` opens. */
async function withConnection<Opened>(open: () => Promise<Opened>): Promise<[Opened, Socket]> {
  const before = live.connections.length;
  const opened = await open();
  const connection = live.connections[before];
  if (connection === undefined) throw new Error('a device opens a connection');
  return [opened, connection];
}

describe('a device that does not read', () => {
  it('[LIV4] is bounded in bytes, delays nobody, and has everything once it reads again', async () => {
    const user = await live.api.createUser();
    const [stalled, connection] = await withConnection(() => live.connect(user, 'stalled'));
    const writer = await live.connect(user, 'writer');
    const reader = await live.connect(user, 'reader');
    stalled.pause();
    let round = 0;

    /** The other device hears of each push before the next one: nothing waits for the stalled one. */
    async function push(): Promise<number> {
      round += 1;
      const ops = Array.from({ length: OPS }, (_, index): Op => ({
        kind: 'progress.set',
        contentId: nameOf(index),
        positionSeconds: round,
        durationSeconds: 10_000,
        state: 'playing',
        ...writer.stamp(),
      }));
      await writer.push(ops);
      await reader.until(() => positionOf(reader, LAST) === round, 'told of the round');
      return Buffer.byteLength(JSON.stringify(ops));
    }

    while (connection.writableLength <= SEND_BUFFER_MAX_BYTES && round < ROUNDS_MAX) await push();
    const messageBytes = await push();
    const fullBytes = connection.writableLength;
    expect(fullBytes).toBeGreaterThan(SEND_BUFFER_MAX_BYTES);
    expect(fullBytes).toBeLessThan(SEND_BUFFER_MAX_BYTES + messageBytes);
    for (let more = 0; more < 3; more += 1) await push();
    expect(connection.writableLength).toBe(fullBytes);
    expect(positionOf(stalled, LAST)).toBeLessThan(round);

    stalled.resume();
    const devices = [stalled, writer, reader];
    await untilDevices(
      devices,
      () => devices.every((device) => positionOf(device, LAST) === round),
      'told of the last round',
    );
    const wanted = reader.stored.lines();
    await untilDevices(
      devices,
      () => devices.every(({ stored }) => stored.lines().join() === wanted.join()),
      'converged',
    );
    // It caught up on the same socket, and takes part again.
    await stalled.add('after');
    await reader.until(() => reader.stored.watchlist.contains('after'), 'told of it');
    for (const { errors, closings } of devices) {
      expect({ errors, closings }).toEqual({ errors: [], closings: [] });
    }
    const metrics = await live.api.parts.metrics.registry.metrics();
    expect(metrics).toMatch(/^cuepoint_sockets_behind_total [1-9]/m);
  });

  it('[LIV4] may ask no more when it does not take its answers, and is answered when it does', async () => {
    const winner: Op = {
      kind: 'progress.clear',
      contentId: nameOf(0),
      timestamp: { physical: 1, logical: 0 },
      deviceId: 'winner',
    };
    persistOp = () => Promise.resolve({ result: 'superseded', winner });
    const user = await live.api.createUser();
    const [client, connection] = await withConnection(() => live.greet(user, 'greedy'));
    const other = await live.greet(user, 'other');
    client.socket.pause();
    const ops = Array.from({ length: OPS }, () => ({
      kind: 'progress.clear',
      contentId: 'a',
      timestamp: '000000000001-0000',
    }));
    for (let id = 0; id < PUSHES; id += 1) client.send({ type: 'push', id: `${id}`, ops });
    // Until it is not read from any more, whatever else goes on.
    let readBytes = -1;
    while (readBytes !== connection.bytesRead) {
      readBytes = connection.bytesRead;
      for (let id = 0; id < 50; id += 1) {
        other.send({ type: 'push', id: `${id}`, ops: ops.slice(0, 1) });
        await other.take('ack');
      }
    }
    expect(connection.isPaused()).toBe(true);
    expect(connection.writableLength).toBeGreaterThan(SEND_BUFFER_MAX_BYTES);
    const ackBytes = OPS * (Buffer.byteLength(JSON.stringify(winner)) + 50);
    expect(readBytes).toBeLessThan((PUSHES * JSON.stringify(ops).length) / 2);
    expect(connection.writableLength).toBeLessThan(
      SEND_BUFFER_MAX_BYTES + PUSHES_IN_FLIGHT_MAX * ackBytes,
    );
    client.socket.resume();
    await client.until(
      () => client.count('ack') + client.count('error') === PUSHES,
      'answered for each push',
    );
    expect(client.closed).toBeUndefined();
    persistOp = undefined;
    await Promise.all([client.close(), other.close()]);
  });
});
