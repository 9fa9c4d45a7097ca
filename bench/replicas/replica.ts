import type { HistoryChange } from '../support/watch-history.ts';

/** One device's copy of a person's state, in a client library. */
export interface Replica {
  /** A message as it comes from the service. */
  receive(message: Uint8Array): void;
  /** Resolves when what was received is in place. */
  settled(): Promise<void>;
  read(): { readonly listed: number; readonly registers: number };
}

/** What the changes are on the wire. */
export interface EncodedHistory {
  /** The state at the start, as a new device gets it. */
  readonly state: readonly Uint8Array[];
  /** The later changes, a message each. */
  readonly messages: readonly Uint8Array[];
}

export interface ReplicaLibrary {
  encode(start: readonly HistoryChange[], changes: readonly HistoryChange[]): EncodedHistory;
  /** The changes of some messages in one, as a service sends them to a device that was behind. */
  join(this: void, messages: readonly Uint8Array[]): Uint8Array;
  /** An empty one, ready for the state. */
  open(): Promise<Replica>;
}
