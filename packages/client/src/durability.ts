import { ClientError } from './client-error.ts';
import type { ReplicaStore } from './replica/replica-store.ts';

interface Waiter {
  readonly ids: ReadonlySet<string>;
  readonly resolve: () => void;
  readonly reject: (error: ClientError) => void;
}

/** Tells when the outbox has been acknowledged up to a moment. */
export function createDurability(store: ReplicaStore) {
  const waiters = new Set<Waiter>();
  const end = store.onChanged(({ outbox }) => {
    if (!outbox) return;
    for (const waiter of waiters) look(waiter);
  });

  function look(waiter: Waiter): void {
    const left = [...waiter.ids].flatMap((id) => store.replica.entry(id) ?? []);
    const dead = left.find(({ state }) => state === 'dead');
    if (dead === undefined && left.length > 0) return;
    waiters.delete(waiter);
    if (dead === undefined) waiter.resolve();
    else {
      waiter.reject(
        new ClientError('dead_letter', `The service refused a change: ${dead.code ?? ''}.`),
      );
    }
  }

  return {
    whenDurable(): Promise<void> {
      const ids = store.replica
        .entries()
        .flatMap(({ id, state }) => (state === 'dead' ? [] : [id]));
      return new Promise((resolve, reject) => {
        const waiter = { ids: new Set(ids), resolve, reject };
        waiters.add(waiter);
        look(waiter);
      });
    },
    close(): void {
      end();
      for (const { reject } of waiters) {
        reject(new ClientError('closed', 'This watch state was closed.'));
      }
      waiters.clear();
    },
  };
}
