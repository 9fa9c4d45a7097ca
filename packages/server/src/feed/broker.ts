import type { EventText } from './event-text.ts';
import type { OutgoingBatch } from './outgoing-events.ts';

/** What a connection to a broker tells. */
export interface BrokerHandlers {
  readonly isHeld: (userId: string) => boolean;
  /** Another instance published; of users who are held. `sentAtMs` is by its wall clock. */
  readonly onEvent: (userId: string, text: EventText, sentAtMs: number) => void;
  /** Another instance had to drop events of any user. */
  readonly onGap: () => void;
  /** The connection broke, perhaps while it was being made; not told after `close` or `destroy`. */
  readonly onLost: (reason: Error) => void;
}

/** One connection: it is used until anything of it fails, and then it is destroyed. */
export interface BrokerConnection {
  /** No larger event can be sent, in bytes of its text. */
  readonly eventBytesMax: number;
  /** Resolves once the broker has all of it; rejects otherwise, at the latest when it is destroyed. */
  send(batch: OutgoingBatch): Promise<void>;
  /**
   * Rejects when the broker does not answer in time.
   *
   * @returns how much of the broker's own queue is taken, from 0 to 1, where it has one that can fill up.
   */
  check(): Promise<number | undefined>;
  /**
   * Resolves once everything arrives that is published for these users from now on. Never rejects: when
   * the connection breaks it resolves, and what was missed is a gap. Twice for one user does no harm.
   */
  hold(userIds: Iterable<string>): Promise<void>;
  release(userId: string): void;
  /** Says goodbye, within seconds. */
  close(): Promise<void>;
  destroy(): void;
}

/** One attempt. Rejects within seconds where there is no broker, and soon once the signal aborts. */
export type ConnectToBroker = (
  handlers: BrokerHandlers,
  signal: AbortSignal,
) => Promise<BrokerConnection>;
