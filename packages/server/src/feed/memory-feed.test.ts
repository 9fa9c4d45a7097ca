import { describe, expect, it } from 'vitest';
import type { Feed, FeedEvent } from './feed.ts';
import { createMemoryBus, createMemoryFeed } from './memory-feed.ts';
import { describeFeedContract } from '../testing/feed/feed-contract.ts';

const pull: FeedEvent = { kind: 'pull' };

describe('the memory feed', () => {
  describeFeedContract(async () => {
    const bus = createMemoryBus();
    const feeds: Feed[] = [];
    return {
      async open() {
        const feed = createMemoryFeed({ bus });
        feeds.push(feed);
        await feed.start();
        return feed;
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(feeds.map((feed) => feed.stop()));
      },
    };
  });

  it('never runs a listener on the publisher’s stack, and is through within the turn', async () => {
    const bus = createMemoryBus();
    const [here, there] = [createMemoryFeed({ bus }), createMemoryFeed({ bus })];
    await Promise.all([here.start(), there.start()]);
    const heard: FeedEvent[] = [];
    await there.subscribe('a', (event) => {
      heard.push(event);
      if (heard.length === 1) here.publish('a', { kind: 'commandTaken', commandId: 'c' });
    });
    here.publish('a', pull);
    expect(heard).toEqual([]);
    const turn = new Promise((resolve) => {
      setImmediate(resolve);
    });
    await turn;
    expect(heard).toEqual([pull, { kind: 'commandTaken', commandId: 'c' }]);
  });

  it('has nobody to talk to on a bus of its own', async () => {
    const feed = createMemoryFeed();
    await feed.start();
    const heard: FeedEvent[] = [];
    await feed.subscribe('a', (event) => heard.push(event));
    feed.publish('a', pull);
    await feed.stop();
    expect(heard).toEqual([]);
  });
});
