import type { FeedObserver } from '../../feed/feed-observer.ts';
import type { Feed, FeedState } from '../../feed/feed.ts';
import type { ObservedFeed } from './broker-contract.ts';

/** Makes a feed with an observer that tests can ask and wait for. */
export function observe(create: (observer: FeedObserver) => Feed): ObservedFeed & {
  readonly reasons: readonly string[];
} {
  const states: FeedState[] = [];
  const reasons: string[] = [];
  const counts = { published: 0, delivered: 0, folded: 0 };
  const waiting = new Set<() => void>();
  let gapCount = 0;

  function until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isTrue()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  }

  function tell(): void {
    for (const check of waiting) check();
  }

  const feed = create({
    published: (events) => void (counts.published += events),
    delivered: (events) => void (counts.delivered += events),
    folded: (events) => void (counts.folded += events),
    stateChanged(state, reason) {
      states.push(state);
      if (reason !== undefined) reasons.push(reason);
      tell();
    },
  });
  feed.onGap(() => {
    gapCount += 1;
    tell();
  });
  return {
    feed,
    states,
    reasons,
    counts,
    changed: (count) => until(() => states.length >= count),
    gaps: (count) => until(() => gapCount >= count),
    get gapCount() {
      return gapCount;
    },
  };
}
