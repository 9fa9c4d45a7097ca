import type { Config } from '../config/config.ts';
import type { BrokerFeedDeps } from './broker-feed.ts';
import { createFeedSeal } from './feed-seal.ts';
import type { Feed } from './feed.ts';
import { createMemoryFeed, type MemoryBus } from './memory-feed.ts';
import { createNatsFeed } from './nats-feed.ts';
import { createPostgresFeed } from './postgres-feed.ts';

export type FeedSettings = Pick<Config, 'feed' | 'natsUrls' | 'databaseUrl' | 'databaseDirectUrl'>;

export interface FeedDeps extends BrokerFeedDeps {
  /** Unlike that of any other instance. */
  readonly instanceId: string;
  /** `readFeedSecret` of the database: instances on the same one hear each other, and nobody else does. */
  readonly secret: string;
  /** Connects the memory feeds of one process. */
  readonly bus?: MemoryBus;
}

/** The feed that the settings choose; not started. [LIV3] */
export function createFeed(settings: FeedSettings, deps: FeedDeps): Feed {
  const { feed, natsUrls = [], databaseUrl = '', databaseDirectUrl } = settings;
  const sealed = () => ({ ...deps, seal: createFeedSeal(deps.secret, deps) });
  switch (feed) {
    case 'memory':
      return createMemoryFeed(deps);
    case 'postgres':
      return createPostgresFeed(sealed(), { url: databaseDirectUrl ?? databaseUrl });
    case 'nats':
      return createNatsFeed(sealed(), { urls: natsUrls });
  }
}
