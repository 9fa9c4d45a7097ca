import { fullJitterDelayMs } from '@cuepoint/store';
import type { BrokerConnection, BrokerHandlers, ConnectToBroker } from './broker.ts';
import { PULL, textToEvent } from './event-text.ts';
import { SILENT_FEED_OBSERVER, type FeedObserver } from './feed-observer.ts';
import { LATE_CHANGE_MS, type Feed, type FeedKind, type FeedState } from './feed.ts';
import { createListeners } from './listeners.ts';
import {
  OUTGOING_LIMITS,
  OutgoingEvents,
  type OutgoingBatch,
  type OutgoingLimits,
} from './outgoing-events.ts';

export interface BrokerFeedDeps {
  /** Resolves after so many ms, or at once when the signal aborts. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The wall clock, in ms: it goes on where the process stands still. */
  readonly now: () => number;
  readonly observer?: FeedObserver;
}

export interface BrokerFeedOptions {
  readonly limits?: OutgoingLimits;
  /** Time between two questions whether the broker is there, in ms. Default 1,500. */
  readonly checkIntervalMs?: number;
  /** How long a stop waits for the broker to take what is queued, in ms. Default 2,000. */
  readonly stopFlushMs?: number;
}

export interface BrokerFeedParts extends BrokerFeedDeps, BrokerFeedOptions {
  readonly kind: FeedKind;
  readonly connect: ConnectToBroker;
}

const DEFAULT_CHECK_INTERVAL_MS = 1_500;
const DEFAULT_STOP_FLUSH_MS = 2_000;
/** Batches that a feed which is back sends before it says so: as many as the pulls of an outage take. */
const HEALING_BATCHES_MAX = 4;

/** One connection from its first attempt to its end; `ended` aborts with the reason. */
interface Link {
  connection: BrokerConnection | undefined;
  readonly ended: AbortController;
  /** When the broker last answered. */
  aliveAtMs: number;
}

/**
 * A feed over a broker that may be slow, away, or hang. [LIV2]
 *
 * One batch is on its way; what is published meanwhile is the next one, so no timer is needed and a batch
 * grows exactly as fast as the broker is slow. A lone event leaves at the end of its turn of the event
 * loop, with what else that turn publishes.
 *
 * Whatever fails, the connection is given up and made anew, with jittered back-off; so it is when this
 * process stood still. What was on its way then, and what is published until the feed is back, becomes a
 * pull for its user: so instances whose own connection never broke are healed as well. The feed is back
 * once the broker took these pulls; then `onGap` tells that events of others may have been missed here.
 */
export function createBrokerFeed({
  kind,
  connect,
  delay,
  random,
  now,
  observer = SILENT_FEED_OBSERVER,
  limits = OUTGOING_LIMITS,
  checkIntervalMs = DEFAULT_CHECK_INTERVAL_MS,
  stopFlushMs = DEFAULT_STOP_FLUSH_MS,
}: BrokerFeedParts): Feed {
  const listeners = createListeners();
  const outgoing = new OutgoingEvents(limits, (events) => observer.folded(events));
  const gapListeners: (() => void)[] = [];
  const stopping = new AbortController();
  let state: FeedState = 'lost';
  /** Its connection is there a little before the state says so. */
  let link: Link | undefined;
  let brokerQueueUsage: number | undefined;
  let wasConnected = false;
  let toldReason: string | undefined;
  let sending = Promise.resolve();
  let isSending = false;
  let isWoken = false;
  let started: Promise<void> | undefined;
  let running: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  async function stayConnected(onTried: () => void): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      const established = await establish();
      onTried();
      if (established !== undefined) {
        attempt = 1;
        await checkUntilEnd(established);
      }
      if (!stopping.signal.aborted) {
        await delay(fullJitterDelayMs(attempt, random()), stopping.signal);
      }
    }
    onTried();
  }

  async function establish(): Promise<Link | undefined> {
    const opening: Link = {
      connection: undefined,
      ended: new AbortController(),
      aliveAtMs: now(),
    };
    const { signal } = opening.ended;
    try {
      opening.connection = await connect(handlersOf(opening), stopping.signal);
      link = opening;
      await opening.connection.hold(listeners.userIds());
      for (let batches = 0; batches < HEALING_BATCHES_MAX && !outgoing.isEmpty; batches += 1) {
        signal.throwIfAborted();
        await send(opening, outgoing.take());
      }
      signal.throwIfAborted();
      stopping.signal.throwIfAborted();
    } catch (error) {
      lose(opening, error);
      return undefined;
    }
    restore(opening.connection);
    return opening;
  }

  function restore({ eventBytesMax }: BrokerConnection): void {
    state = 'connected';
    toldReason = undefined;
    outgoing.connected(eventBytesMax);
    observer.stateChanged('connected');
    if (wasConnected || listeners.size > 0) tellGap();
    wasConnected = true;
    wake();
  }

  function lose(lost: Link, reason: unknown): void {
    lost.connection?.destroy();
    if (link === lost) link = undefined;
    if (lost.ended.signal.aborted) return;
    lost.ended.abort(reason);
    outgoing.lost();
    tellLost(describeReason(reason));
  }

  /** What waits to be sent, or to be heard, is old then, and no check has noticed yet. @returns whether the link is over. */
  function endAfterStandstill(of: Link): boolean {
    if (now() - of.aliveAtMs < LATE_CHANGE_MS) return false;
    lose(of, new Error('this process stood still'));
    return true;
  }

  function tellLost(reason: string): void {
    if (stopping.signal.aborted || (state === 'lost' && reason === toldReason)) return;
    state = 'lost';
    toldReason = reason;
    observer.stateChanged('lost', reason);
  }

  async function checkUntilEnd(checked: Link): Promise<void> {
    const { signal } = checked.ended;
    while (!signal.aborted) {
      await delay(checkIntervalMs, signal);
      if (signal.aborted) return;
      try {
        brokerQueueUsage = await checked.connection?.check();
        checked.aliveAtMs = now();
      } catch (error) {
        lose(checked, error);
      }
    }
  }

  function handlersOf(of: Link): BrokerHandlers {
    return {
      isHeld: (userId) => listeners.has(userId),
      onEvent(userId, text, sentAtMs) {
        if (endAfterStandstill(of)) return;
        const event = textToEvent(text);
        // Held back by the broker, sent a second time by a stranger, or by a clock that is far apart.
        const isLate = event.kind === 'changes' && Math.abs(now() - sentAtMs) > LATE_CHANGE_MS;
        if (listeners.deliver(userId, isLate ? PULL : event)) observer.delivered(1);
      },
      onGap: tellGap,
      onLost: (reason) => lose(of, reason),
    };
  }

  function tellGap(): void {
    for (const listener of gapListeners) listener();
  }

  /** Gathers what this turn of the event loop publishes. */
  function wake(): void {
    if (isWoken || isSending || state === 'lost') return;
    isWoken = true;
    setImmediate(() => {
      isWoken = false;
      void sendQueued();
    });
  }

  function sendQueued(): Promise<void> {
    if (!isSending) sending = sendUntilEmpty();
    return sending;
  }

  async function sendUntilEmpty(): Promise<void> {
    isSending = true;
    for (let by = linkToUse(); by !== undefined && !outgoing.isEmpty; by = linkToUse()) {
      await send(by, outgoing.take());
    }
    isSending = false;
  }

  function linkToUse(): Link | undefined {
    return state === 'connected' ? link : undefined;
  }

  /** Never rejects: a batch that may not have arrived is put back as pulls, and its link is over. */
  async function send(by: Link, batch: OutgoingBatch): Promise<void> {
    if (endAfterStandstill(by)) {
      outgoing.putBack(batch);
      return;
    }
    try {
      await by.connection?.send(batch);
      observer.published(batch.events);
    } catch (error) {
      lose(by, error);
      outgoing.putBack(batch);
    }
  }

  async function stop(): Promise<void> {
    const timeUp = new AbortController();
    await Promise.race([sendQueued(), delay(stopFlushMs, timeUp.signal)]);
    timeUp.abort();
    stopping.abort();
    const last = link;
    link = undefined;
    state = 'lost';
    last?.ended.abort();
    await last?.connection?.close();
    await running;
  }

  return {
    kind,
    get state() {
      return state;
    },
    // A broker does not tell who else is there.
    isAlone: false,
    start() {
      started ??= new Promise((resolve) => {
        running = stayConnected(resolve);
      });
      return started;
    },
    async subscribe(userId, listener) {
      const remove = listeners.add(userId, listener);
      await link?.connection?.hold([userId]);
      return () => {
        if (remove()) link?.connection?.release(userId);
      };
    },
    publish(userId, event) {
      if (stopping.signal.aborted) return;
      outgoing.add(userId, event);
      wake();
    },
    onGap: (listener) => void gapListeners.push(listener),
    stats: () => ({
      users: listeners.size,
      queuedEvents: outgoing.events,
      queuedBytes: outgoing.bytes,
      ...(brokerQueueUsage === undefined ? {} : { brokerQueueUsage }),
    }),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** An attempt at several addresses fails with an error that has a code and no message. */
function describeReason(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { code } = reason as NodeJS.ErrnoException;
  return reason.message || code || reason.name;
}
