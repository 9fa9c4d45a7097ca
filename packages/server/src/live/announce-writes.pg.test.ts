import { randomUUID } from 'node:crypto';
import { timestampToText, type WireOp } from '@cuepoint/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LiveDevice } from '../../../../test/support/live-device.ts';
import {
  openLivePair,
  type LivePair,
  type PairedInstance,
  type PairUser,
} from '../testing/live-pair.ts';

let pair: LivePair;
let here: PairedInstance;
let there: PairedInstance;
let user: PairUser;
let phone: LiveDevice;
let tablet: LiveDevice;
beforeAll(async () => {
  pair = await openLivePair(inject('postgresUrl'));
  ({ here, there } = pair);
});
beforeEach(async () => {
  user = await pair.createUser();
  phone = await user.connect(here, 'phone');
  tablet = await user.connect(there, 'tablet');
  await pair.settle();
});
afterEach(() => pair.disconnectAll());
afterAll(() => pair.close());

/** What a device was told live, without those that a pull found. */
function toldLive(device: LiveDevice): readonly WireOp[] {
  return device.received.flatMap((message) =>
    message.type === 'changes' && message.cursor === undefined ? message.ops : [],
  );
}

const kinds = (device: LiveDevice): string[] => toldLive(device).map(({ kind }) => kind);
const stamp = (offsetMs = 0) =>
  timestampToText({ physical: pair.clock.now() + offsetMs, logical: 0 });
const put = (path: string, body: object = {}) => user.call(here, 'PUT', path, { body });
const PROGRESS = { positionSeconds: 60, durationSeconds: 600, state: 'playing' };

describe('a write over HTTP', () => {
  it('[LIV1] is told to the sessions of every instance', async () => {
    await put('/watchlist/film');
    await user.call(here, 'DELETE', '/watchlist/film');
    await put('/progress/film', PROGRESS);
    await user.call(here, 'DELETE', '/progress/film');
    await user.call(here, 'POST', '/sync', {
      body: {
        deviceId: 'tv',
        ops: [
          { kind: 'watchlist.add', contentId: 'a', tag: randomUUID(), timestamp: stamp() },
          { kind: 'progress.set', contentId: 'a', ...PROGRESS, timestamp: stamp() },
        ],
      },
    });
    await pair.settle();
    const all = ['watchlist.add', 'watchlist.remove', 'progress.set', 'progress.clear'];
    for (const device of [phone, tablet]) {
      expect(kinds(device).slice(0, 4)).toEqual(all);
      expect(kinds(device).slice(4).toSorted()).toEqual(['progress.set', 'watchlist.add']);
      const devices = toldLive(device).map(({ deviceId }) => deviceId);
      expect(devices).toEqual([...all.map(() => 'http-api'), 'tv', 'tv']);
    }
  });

  it('[LIV1] that changes nothing, or is refused, is not told', async () => {
    await put('/progress/film', PROGRESS);
    await pair.settle();
    const before = toldLive(phone).length;
    // The same device says again where it is, another reports passively, and an old stamp comes late.
    await put('/progress/film', { ...PROGRESS, passive: true });
    const other = { ...PROGRESS, positionSeconds: 30 };
    await user.call(here, 'PUT', '/progress/film', {
      body: { ...other, passive: true },
      device: 'tv',
    });
    expect(await put('/progress/film', { ...other, timestamp: stamp(-60_000) })).toMatchObject({
      body: { result: 'superseded' },
    });
    expect(await put('/progress/film', { ...other, timestamp: stamp(10 * 60_000) })).toMatchObject({
      status: 409,
    });
    await user.call(here, 'DELETE', '/watchlist/film');
    await pair.settle();
    expect(toldLive(phone)).toHaveLength(before);
    expect(toldLive(tablet)).toHaveLength(before);
  });

  it('[LIV1] that is repeated is told again: its first try may have died before it told', async () => {
    const ops = [{ kind: 'watchlist.add', contentId: 'a', tag: randomUUID(), timestamp: stamp() }];
    for (const result of ['applied', 'duplicate']) {
      const { body } = await user.call(there, 'POST', '/sync', { body: { deviceId: 'tv', ops } });
      expect(body.results).toEqual([{ result }]);
    }
    await pair.settle();
    expect(kinds(phone)).toEqual(['watchlist.add', 'watchlist.add']);
    expect(kinds(tablet)).toEqual(['watchlist.add', 'watchlist.add']);
  });
});

describe('a push', () => {
  it('[LIV1] is told to all sessions but its own', async () => {
    const tv = await user.connect(here, 'tv');
    expect(await tv.add('film')).toEqual([{ result: 'applied' }]);
    await pair.settle();
    expect(kinds(phone)).toEqual(['watchlist.add']);
    expect(kinds(tablet)).toEqual(['watchlist.add']);
    expect(kinds(tv)).toEqual([]);
  });

  it('[LIV1] that is superseded or rejected is not told', async () => {
    await phone.setProgress('film', 100);
    await pair.settle();
    const before = toldLive(tablet).length;
    const old = {
      kind: 'progress.set',
      contentId: 'film',
      ...PROGRESS,
      deviceId: 'phone',
    } as const;
    const state = 'playing' as const;
    const results = await phone.push([
      { ...old, state, timestamp: { physical: pair.clock.now() - 1_000, logical: 0 } },
      { ...old, state, timestamp: { physical: pair.clock.now() + 600_000, logical: 0 } },
    ]);
    expect(results).toMatchObject([{ result: 'superseded' }, { result: 'rejected' }]);
    await pair.settle();
    expect(toldLive(tablet)).toHaveLength(before);
  });

  it('[LIV1] [LIV2] of which nobody knows what was stored makes every session pull', async () => {
    await phone.add('film');
    await pair.settle();
    const tags = phone.stored.watchlist.liveTags('film');
    here.store.answerNext('persistOp', { result: 'rejected', code: 'stale_op' });
    const tv = await user.connect(here, 'tv');
    const [result] = await tv.push([
      { kind: 'watchlist.remove', contentId: 'film', tags: [...tags, randomUUID()], ...tv.stamp() },
    ]);
    expect(result).toMatchObject({ result: 'rejected' });
    for (const device of [phone, tablet]) {
      await device.until(() => device.stored.watchlist.liveTags('film').length === 0);
      expect(kinds(device)).not.toContain('watchlist.remove');
    }
  });
});
