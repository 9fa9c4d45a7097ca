import type { FeedEvent } from './feed-event.ts';

export type { FeedEvent };

/**
 * A change that is told this long after its commit began, in ms, may be told too late: devices let go of tombstones after
 * five minutes, and an add that comes after them brings a film back. It is pulled instead, with what became of it. [SDK8]
 */
export const LATE_CHANGE_MS = 60_000;

export type FeedKind = 'memory' | 'postgres' | 'nats';
export type FeedState = 'connected' | 'lost';
/** Must not throw. */
export type FeedListener = (event: FeedEvent) => void;

export interface FeedStats {
  /** Users held here. */
  readonly users: number;
  /** Events that wait to be handed to the broker, and their bytes. */
  readonly queuedEvents: number;
  readonly queuedBytes: number;
  /** How much of PostgreSQL's notification queue is taken, from 0 to 1, as last read; of that feed only. */
  readonly brokerQueueUsage?: number;
}

/**
 * Carries events between the instances of a service.
 *
 * An event reaches the subscriber of its user on every *other* instance; what happens on this one, the
 * caller tells itself. A user's events of one instance arrive in the order in which they were published,
 * each once as long as the broker is there. No call ever waits for, or fails with, the broker, except that
 * `subscribe` waits until nothing is missed any more. [LIV2] [LIV9]
 */
export interface Feed {
  readonly kind: FeedKind;
  readonly state: FeedState;
  /** True while there is surely no other instance to hear anything. */
  readonly isAlone: boolean;
  /** Resolves once connected, or after the first failed attempt: it goes on trying by itself. */
  start(): Promise<void>;
  /**
   * Resolves once every event published from now on arrives here. While the feed is lost it resolves at
   * once: what is missed meanwhile is a gap, which `onGap` reports when the feed is back.
   *
   * @param userId a UUID in lower case, with one listener at a time.
   * @returns ends the subscription; nothing is heard after it.
   */
  subscribe(userId: string, listener: FeedListener): Promise<() => void>;
  /** Never heard here. Before `start` and after `stop` it does nothing that lasts. */
  publish(userId: string, event: FeedEvent): void;
  /**
   * Told when events of any user may have been missed: here, while the feed was lost, or by another
   * instance that had to drop its own. Each user held here is to be read anew, as by `pull`. [LIV2]
   */
  onGap(listener: () => void): void;
  /** Cheap: nothing is asked of the broker. */
  stats(): FeedStats;
  /** Sends what is queued, within bounds, and disconnects. */
  stop(): Promise<void>;
}
