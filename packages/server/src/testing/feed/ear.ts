import type { Feed, FeedEvent } from '../../feed/feed.ts';

/** What one instance hears of one user. */
export interface Ear {
  readonly events: readonly FeedEvent[];
  /** Resolves once so many events have come. */
  heard(count: number): Promise<void>;
  /** Resolves once this has been among them. */
  heardKind(kind: FeedEvent['kind']): Promise<void>;
  readonly stop: () => void;
}

export async function listen(feed: Feed, userId: string): Promise<Ear> {
  const events: FeedEvent[] = [];
  const waiting = new Set<() => void>();
  const stop = await feed.subscribe(userId, (event) => {
    events.push(event);
    for (const check of waiting) check();
  });

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

  return {
    events,
    stop,
    heard: (count) => until(() => events.length >= count),
    heardKind: (kind) => until(() => events.some((event) => event.kind === kind)),
  };
}

/** Resolves when everything that `from` published so far has arrived at `to`, or was lost. */
export async function settled(from: Feed, to: Feed): Promise<void> {
  const probe = crypto.randomUUID();
  const ear = await listen(to, probe);
  from.publish(probe, { kind: 'pull' });
  await ear.heard(1);
  ear.stop();
}
