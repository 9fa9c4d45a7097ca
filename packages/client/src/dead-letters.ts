import type { ErrorCode, Op } from '@cuepoint/core';
import { ClientError } from './client-error.ts';
import { withClaim } from './outbox/claims.ts';
import type { Write } from './outbox/record-op.ts';
import type { ReplicaStore } from './replica/replica-store.ts';
import { keepSame, Listeners } from './subscribable.ts';

/** A change that the service refused for good: it shows nowhere, and waits for a decision. [SDK2] */
export interface DeadLetter {
  readonly id: string;
  readonly op: Op;
  /** Why; docs/errors.md says more. */
  readonly code: ErrorCode;
}

export interface DeadLetters {
  list(): readonly DeadLetter[];
  /** Makes the same change anew, now. @throws ClientError `no_such_dead_letter` */
  retry(id: string): void;
  /** Forgets it. @throws ClientError `no_such_dead_letter` */
  discard(id: string): void;
  subscribe(listener: () => void): () => void;
}

export interface DeadLettersDeps {
  readonly store: ReplicaStore;
  readonly write: Write;
  readonly uuid: () => string;
}

export function createDeadLetters({ store, write, uuid }: DeadLettersDeps): DeadLetters {
  const listeners = new Listeners();
  const read = (): readonly DeadLetter[] =>
    store.replica
      .entries()
      .filter(({ state }) => state === 'dead')
      .map(({ id, op, code }) => ({ id, op, code: code ?? 'change_refused' }));
  let letters = read();
  store.onChanged(({ outbox }) => {
    const before = letters;
    // Each write comes by here, with thousands that wait: only what has dead ones is looked through.
    if (!outbox || (before.length === 0 && store.replica.deadCount === 0)) return;
    letters = keepSame(before, read(), ({ id }) => id);
    if (letters !== before) listeners.notify();
  });

  function discard(id: string): Op {
    const letter = letters.find((each) => each.id === id);
    if (letter === undefined) {
      throw new ClientError('no_such_dead_letter', 'No dead letter has this id.');
    }
    void store.commit({ drop: [id] });
    return letter.op;
  }

  return {
    list: () => letters,
    retry(id) {
      const op = discard(id);
      // A person decides it now: it is an act. [CLM4]
      const { timestamp: _, deviceId: __, ...unstamped } = withClaim(op, undefined);
      write(op.kind === 'watchlist.add' ? { ...op, tag: uuid() } : unstamped);
    },
    discard(id) {
      discard(id);
    },
    subscribe: listeners.subscribe,
  };
}
