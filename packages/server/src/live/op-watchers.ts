import type { OpResult, WireOp } from '@cuepoint/core';

/** One op of a user and what became of it. */
export interface WatchedOp {
  /** With its device. */
  readonly op: WireOp;
  readonly result: OpResult['result'];
  /** Of a rejection. */
  readonly code?: string;
  /** Of an op that something stored won over, where it is known. */
  readonly winner?: WireOp;
  /** A timer's report, which gives way to the register of another device whatever its stamp. */
  readonly isPassive: boolean;
  /** Whether another instance committed it. Those tell of what they stored alone. */
  readonly isFromElsewhere: boolean;
}

/** Must not throw. */
export type OpWatcher = (watched: WatchedOp) => void;

/** Who looks at the ops of which user. Mostly nobody: then it costs a comparison an op. */
export class OpWatchers {
  readonly #byUserId = new Map<string, Set<OpWatcher>>();

  isWatched(userId: string): boolean {
    return this.#byUserId.size > 0 && this.#byUserId.has(userId);
  }

  /** @returns ends it. */
  add(userId: string, watcher: OpWatcher): () => void {
    const watchers = this.#byUserId.get(userId) ?? new Set();
    this.#byUserId.set(userId, watchers);
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      const isLast = watchers.size === 0 && this.#byUserId.get(userId) === watchers;
      if (isLast) this.#byUserId.delete(userId);
    };
  }

  tell(userId: string, watched: WatchedOp): void {
    for (const watcher of this.#byUserId.get(userId) ?? []) watcher(watched);
  }
}
