import type { ClientEnvironment } from './environment.ts';
import type { Write } from './outbox/record-op.ts';
import type { ReplicaStore } from './replica/replica-store.ts';
import type { WatchState } from './watch-state.ts';

/** What the entry points beside the base need of a watch state, and apps do not. */
export interface Door {
  readonly store: ReplicaStore;
  readonly write: Write;
  readonly environment: ClientEnvironment;
  /** The service's address. */
  readonly service: string;
  /** One that is surely of the user whose state this is. [ENG6] */
  readonly token: () => string | undefined;
}

/** Of each state that is open. */
export const doors = new WeakMap<WatchState, Door>();
