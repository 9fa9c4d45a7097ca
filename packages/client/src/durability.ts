import { ClientError } from './client-error.ts';
import type { ReplicaChange } from './replica/replica.ts';
import type { ReplicaStore } from './replica/replica-store.ts';

interface Waiter {
  /** Of entries that are not acknowledged yet. */
  readonly ids: Set<string>;
  /** Whose outbox they are in. */
  namespace: string;
  readonly resolve: () => void;
  readonly reject: (error: ClientError) => void;
}

/** Tells when the outbox has been acknowledged up to a moment. [SDK2] */
export function createDurability(store: ReplicaStore) {
  const waiters = new Set<Waiter>();
  const end = store.onChanged(({ outbox }, change) => {
    if (!outbox) return;
    for (const waiter of waiters) {
      if (change === undefined) lookAgain(waiter);
      else follow(waiter, change);
    }
  });

  function follow(waiter: Waiter, { drop = [], foldedInto, put = [] }: ReplicaChange): void {
    for (const id of drop) {
      const wasWaitedFor = waiter.ids.delete(id);
      // What took its place has to be acknowledged now.
      const after = foldedInto?.[id];
      if (wasWaitedFor && after !== undefined) waiter.ids.add(after);
    }
    const dead = put.find(({ id, state }) => state === 'dead' && waiter.ids.has(id));
    settle(waiter, dead?.code);
  }

  /** Everything was read anew, of this user or another. */
  function lookAgain(waiter: Waiter): void {
    if (waiter.namespace !== store.namespace) {
      for (const id of waiter.ids) {
        if (store.hasAdopted(waiter.namespace, id)) continue;
        fail(waiter, 'closed', 'Somebody else is signed in now.');
        return;
      }
      waiter.namespace = store.namespace;
    }
    let deadCode: string | undefined;
    for (const id of waiter.ids) {
      const entry = store.replica.entry(id);
      if (entry === undefined) waiter.ids.delete(id);
      else if (entry.state === 'dead') deadCode = entry.code ?? '';
    }
    settle(waiter, deadCode);
  }

  function settle(waiter: Waiter, deadCode: string | undefined): void {
    if (deadCode !== undefined) {
      fail(waiter, 'dead_letter', `The service refused a change: ${deadCode}.`);
    } else if (waiter.ids.size === 0) {
      waiters.delete(waiter);
      waiter.resolve();
    }
  }

  function fail(waiter: Waiter, code: 'closed' | 'dead_letter', message: string): void {
    waiters.delete(waiter);
    waiter.reject(new ClientError(code, message));
  }

  function failAll(message: string): void {
    for (const waiter of waiters) fail(waiter, 'closed', message);
  }

  return {
    whenDurable(): Promise<void> {
      const ids = new Set<string>();
      for (const { id, state } of store.replica.entries()) if (state !== 'dead') ids.add(id);
      const durable = new Promise<void>((resolve, reject) => {
        const waiter = { ids, namespace: store.namespace, resolve, reject };
        waiters.add(waiter);
        settle(waiter, undefined);
      });
      // An app that asked and did not wait for the answer has no unhandled rejection of it.
      durable.catch(() => undefined);
      return durable;
    },
    /** What was waited for is gone without an answer. */
    failAll,
    close(): void {
      end();
      failAll('This watch state was closed.');
    },
  };
}
