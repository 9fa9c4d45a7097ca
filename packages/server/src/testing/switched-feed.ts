import type { Feed, FeedEvent } from '../feed/feed.ts';

/** A feed that a test can lose. */
export interface SwitchedFeed extends Feed {
  /** What this instance publishes, in order. */
  readonly published: { readonly userId: string; readonly event: FeedEvent }[];
  /** From here on nothing goes out and nothing comes in. */
  lose(): void;
  /** Connected again: there was a gap. */
  mend(): void;
  /** Loses without a word the events for which this holds; `undefined` ends it. */
  drops: ((event: FeedEvent) => boolean) | undefined;
}

export function createSwitchedFeed(inner: Feed): SwitchedFeed {
  const onGap: (() => void)[] = [];
  const published: SwitchedFeed['published'] = [];
  let isLost = false;
  const feed: SwitchedFeed = {
    kind: inner.kind,
    published,
    drops: undefined,
    get state() {
      return isLost ? 'lost' : inner.state;
    },
    get isAlone() {
      return inner.isAlone;
    },
    start: () => inner.start(),
    subscribe: (userId, listener) =>
      inner.subscribe(userId, (event) => {
        if (!isLost) listener(event);
      }),
    publish(userId, event) {
      published.push({ userId, event });
      if (!isLost && feed.drops?.(event) !== true) inner.publish(userId, event);
    },
    onGap: (listener) => void onGap.push(listener),
    stats: () => inner.stats(),
    stop: () => inner.stop(),
    lose() {
      isLost = true;
    },
    mend() {
      isLost = false;
      for (const listener of onGap) listener();
    },
  };
  return feed;
}
