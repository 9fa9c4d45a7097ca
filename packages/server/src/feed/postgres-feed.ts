import { openNotificationChannel, type NotificationChannelOptions } from '@cuepoint/store';
import type { ConnectToBroker } from './broker.ts';
import { createBrokerFeed, type BrokerFeedDeps, type BrokerFeedOptions } from './broker-feed.ts';
import type { Feed } from './feed.ts';
import type { FeedSeal } from './feed-seal.ts';
import { packPayloads, payloadEventBytesMax, readPayload } from './notify-payload.ts';

export interface PostgresFeedDeps extends BrokerFeedDeps {
  /** Unlike that of any other instance; no line feed in it. */
  readonly instanceId: string;
  readonly seal: FeedSeal;
  /** Replaced by tests that count. */
  readonly openChannel?: typeof openNotificationChannel;
}

export type PostgresFeedOptions = Omit<NotificationChannelOptions, 'channel'> & BrokerFeedOptions;

/**
 * The feed over LISTEN and NOTIFY: no service besides the database is needed, every instance reads what
 * every other publishes. One notify statement a batch, on a connection of its own. [LIV3]
 */
export function createPostgresFeed(deps: PostgresFeedDeps, options: PostgresFeedOptions): Feed {
  return createBrokerFeed({
    ...deps,
    ...options,
    kind: 'postgres',
    connect: connectToPostgres(deps, options),
  });
}

function connectToPostgres(
  { instanceId, seal, openChannel = openNotificationChannel }: PostgresFeedDeps,
  options: PostgresFeedOptions,
): ConnectToBroker {
  const eventBytesMax = payloadEventBytesMax(instanceId);
  return async (handlers, signal) => {
    const channel = await openChannel(
      { ...options, channel: `cuepoint_${seal.name}`, signal },
      {
        onPayload: (payload) => readPayload(payload, { instanceId, seal }, handlers),
        onLost: handlers.onLost,
      },
    );
    return {
      eventBytesMax,
      send: (batch) => channel.notify(packPayloads({ instanceId, seal }, batch)),
      check: () => channel.readQueueUsage(),
      // The session hears of every user; who is held is looked up on arrival.
      hold: () => Promise.resolve(),
      release: () => undefined,
      close: () => channel.close(),
      destroy: () => channel.destroy(),
    };
  };
}
