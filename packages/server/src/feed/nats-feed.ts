import { createBrokerFeed, type BrokerFeedDeps, type BrokerFeedOptions } from './broker-feed.ts';
import type { Feed } from './feed.ts';
import type { FeedSeal } from './feed-seal.ts';
import { connectToNats } from './nats-connection.ts';

export interface NatsFeedOptions extends BrokerFeedOptions {
  /** Such as `nats://host:4222`; each attempt to connect takes one of them by chance. */
  readonly urls: readonly string[];
  /** Longest wait for the connection, and for the answer to a check, in ms. Default 4,000. */
  readonly answerTimeoutMs?: number;
}

export interface NatsFeedDeps extends BrokerFeedDeps {
  readonly seal: FeedSeal;
}

const DEFAULT_ANSWER_TIMEOUT_MS = 4_000;

/**
 * The feed over NATS: a service more to run, and an instance hears only of the users it holds, so that it
 * carries on growing where every instance reading everything does not. [LIV3]
 */
export function createNatsFeed(deps: NatsFeedDeps, options: NatsFeedOptions): Feed {
  const { urls, answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS } = options;
  const { delay, random, seal } = deps;
  return createBrokerFeed({
    ...deps,
    ...options,
    kind: 'nats',
    connect: (handlers, signal) => {
      const url = urls[Math.floor(random() * urls.length)] ?? '';
      return connectToNats({ url, seal, answerTimeoutMs, delay }, handlers, signal);
    },
  });
}
