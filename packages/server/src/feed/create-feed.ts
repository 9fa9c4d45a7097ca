import { DEFAULT_SCHEMA } from '@cuepoint/store';
import type { Config } from '../config/config.ts';
import type { BrokerFeedDeps } from './broker-feed.ts';
import type { Feed } from './feed.ts';
import { createMemoryFeed, type MemoryBus } from './memory-feed.ts';
import { createNatsFeed } from './nats-feed.ts';
import { createPostgresFeed } from './postgres-feed.ts';

export type FeedSettings = Pick<
  Config,
  'feed' | 'natsUrls' | 'databaseUrl' | 'databaseDirectUrl' | 'databaseSchema'
>;

export interface FeedDeps extends BrokerFeedDeps {
  /** Unlike that of any other instance. */
  readonly instanceId: string;
  /** `readNamespace` of the database: instances on the same one hear each other. */
  readonly namespace: string;
  /** Connects the memory feeds of one process. */
  readonly bus?: MemoryBus;
}

/** The feed that the settings choose; not started. [LIV3] */
export function createFeed(settings: FeedSettings, deps: FeedDeps): Feed {
  const { feed, natsUrls = [], databaseUrl = '', databaseDirectUrl, databaseSchema } = settings;
  switch (feed) {
    case 'memory':
      return createMemoryFeed(deps);
    case 'postgres':
      return createPostgresFeed(deps, {
        url: databaseDirectUrl ?? databaseUrl,
        schema: databaseSchema ?? DEFAULT_SCHEMA,
      });
    case 'nats':
      return createNatsFeed(deps, { urls: natsUrls, namespace: deps.namespace });
  }
}
