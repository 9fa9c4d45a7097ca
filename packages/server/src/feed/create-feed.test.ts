import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { delay } from '../service/delay.ts';
import { createFeed, type FeedDeps } from './create-feed.ts';
import { createMemoryBus } from './memory-feed.ts';

const deps: FeedDeps = {
  instanceId: 'one',
  secret: 'of this schema',
  delay,
  random: () => 0,
  now: () => 0,
};
const SIGNED = { CUEPOINT_JWT_SECRET: 'of this test, and of no service anywhere' };
const feedOf = (env: Record<string, string>) =>
  createFeed(readConfig({ env: { ...env, ...SIGNED }, readFile: () => '' }), deps);

describe('the feed of the settings', () => {
  it.each([
    ['memory', {}],
    ['postgres', { DATABASE_URL: 'postgres://127.0.0.1:1/none' }],
    ['nats', { CUEPOINT_FEED: 'nats', NATS_URL: 'nats://127.0.0.1:1' }],
  ])('[LIV2] is %s, and starts and stops without a broker', async (kind, env) => {
    const feed = feedOf(env);
    expect(feed.kind).toBe(kind);
    await feed.start();
    expect(feed.state).toBe(kind === 'memory' ? 'connected' : 'lost');
    await feed.stop();
  });

  it('goes past the pooler', async () => {
    const reasons: (string | undefined)[] = [];
    const feed = createFeed(
      readConfig({
        env: {
          ...SIGNED,
          DATABASE_URL: 'postgres://127.0.0.1:1/none',
          CUEPOINT_DATABASE_DIRECT_URL: 'postgres://127.0.0.1:2/none',
        },
        readFile: () => '',
      }),
      {
        ...deps,
        observer: {
          published: () => undefined,
          delivered: () => undefined,
          folded: () => undefined,
          stateChanged: (_state, reason) => reasons.push(reason),
        },
      },
    );
    await feed.start();
    await feed.stop();
    expect(reasons).toEqual(['connect ECONNREFUSED 127.0.0.1:2']);
  });

  it('connects the memory feeds of one process by their bus', async () => {
    const bus = createMemoryBus();
    const config = readConfig({ env: SIGNED, readFile: () => '' });
    const [here, there] = [
      createFeed(config, { ...deps, bus }),
      createFeed(config, { ...deps, bus }),
    ];
    await Promise.all([here.start(), there.start()]);
    const heard = new Promise((resolve) => {
      void there.subscribe('a', resolve);
    });
    here.publish('a', { kind: 'pull' });
    expect(await heard).toEqual({ kind: 'pull' });
  });
});
