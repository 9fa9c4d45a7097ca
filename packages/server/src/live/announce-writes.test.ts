import type { Op, OpResult } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import type { RoutePersistence } from '../service/parts.ts';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import { createSwitchedFeed } from '../testing/switched-feed.ts';
import { announceWrites } from './announce-writes.ts';
import { OpWatchers } from './op-watchers.ts';
import { UserChannels } from './user-channels.ts';

const stamp = { timestamp: { physical: 1, logical: 0 }, deviceId: 'tv' };
const remove = (tags: readonly string[]): Op => ({
  kind: 'watchlist.remove',
  contentId: 'film',
  tags,
  ...stamp,
});
const clear: Op = { kind: 'progress.clear', contentId: 'film', ...stamp };

/** @param tookMs how long the store takes for a write. */
async function setup(result: OpResult, { isAlone = false, tookMs = 0 } = {}) {
  let nowMs = 0;
  const bus = createMemoryBus();
  const feed = createSwitchedFeed(createMemoryFeed({ bus }));
  await feed.start();
  if (!isAlone) await createMemoryFeed({ bus }).start();
  const channels = new UserChannels({ feed, now: () => 0, onEvent: () => undefined });
  const healed: string[] = [];
  const persistOp = async () => {
    nowMs += tookMs;
    return result;
  };
  const stored = { persistOp } as unknown as RoutePersistence;
  const persistence = announceWrites(stored, {
    channels,
    watchers: new OpWatchers(),
    feed,
    presence: { announce: () => undefined, revoked: () => undefined },
    healer: { heal: ({ userId }) => void healed.push(userId) },
    repository: { getDevice: async () => undefined },
    now: () => 0,
    monotonic: () => nowMs,
  });
  const write = async (op: Op): Promise<string[]> => {
    expect(await persistence.persistOp('user', op)).toBe(result);
    return feed.published.map(({ event }) => event.kind);
  };
  return { channels, healed, write };
}

describe('what is told of a write', () => {
  it.each([
    { result: { result: 'applied' }, told: ['changes'] },
    { result: { result: 'duplicate' }, told: ['changes'] },
    { result: { result: 'superseded' }, told: [] },
    { result: { result: 'superseded', winner: clear }, told: [] },
    { result: { result: 'rejected', code: 'stale_op' }, told: [] },
  ] as const)('[LIV1] of $result: $told', async ({ result, told }) => {
    const { write } = await setup(result);
    expect(await write(clear)).toEqual(told);
  });

  it.each([
    { tookMs: 59_999, told: ['changes'], pulled: [] },
    { tookMs: 60_000, told: ['pull'], pulled: ['user'] },
  ])('[LIV1] after $tookMs ms: $told', async ({ tookMs, told, pulled }) => {
    const { write, channels, healed } = await setup({ result: 'applied' }, { tookMs });
    channels.acquire('user');
    expect(await write(clear)).toEqual(told);
    expect(healed).toEqual(pulled);
  });

  it('[LIV1] a rejected remove of several tags may be partly stored: everyone pulls', async () => {
    const rejected: OpResult = { result: 'rejected', code: 'stale_op' };
    const { write, channels, healed } = await setup(rejected);
    expect(await write(remove(['one']))).toEqual([]);
    expect(healed).toEqual([]);
    channels.acquire('user');
    expect(await write(remove(['one', 'two']))).toEqual(['pull']);
    expect(healed).toEqual(['user']);
  });

  it('nothing where there is nobody to hear it', async () => {
    const { write, channels } = await setup({ result: 'applied' }, { isAlone: true });
    expect(await write(clear)).toEqual([]);
    channels.acquire('user');
    expect(await write(clear)).toEqual(['changes']);
  });
});
