import type { Command, CommandOutcome, DevicePresence, WireOp } from '@cuepoint/core';

/**
 * What instances tell each other of one user. Only ever a hint: what is lost is healed by a pull. [LIV2]
 *
 * JSON-serializable. `changes` carry committed ops, with their devices.
 */
export type FeedEvent =
  | { readonly kind: 'changes'; readonly ops: readonly WireOp[] }
  /** Something changed that was too large to send, or was dropped: pull from the cursor. */
  | { readonly kind: 'pull' }
  | { readonly kind: 'presence'; readonly devices: readonly DevicePresence[] }
  /** A device opened a session here: an older one of the same device elsewhere gives way. */
  | {
      readonly kind: 'session';
      readonly deviceId: string;
      readonly sessionId: string;
      /** By the wall clock of the instance, in ms since the epoch. */
      readonly openedAtMs: number;
    }
  | { readonly kind: 'revoked'; readonly deviceId: string }
  | { readonly kind: 'erased' }
  | {
      readonly kind: 'command';
      readonly commandId: string;
      /** Of the device that asks. */
      readonly from: string;
      /** The device that is asked. */
      readonly to: string;
      readonly command: Command;
    }
  /** The instance that holds the device's session has passed the command on. */
  | { readonly kind: 'commandTaken'; readonly commandId: string }
  | {
      readonly kind: 'commandResult';
      readonly commandId: string;
      readonly outcome: CommandOutcome;
      readonly reason?: string;
    };

export type FeedKind = 'memory' | 'postgres' | 'nats';
export type FeedState = 'connected' | 'lost';
export type FeedListener = (event: FeedEvent) => void;

/**
 * Carries events between the instances of a service.
 *
 * An event reaches the subscribers of its user on every *other* instance; what happens on this one, the
 * caller tells itself. Events of one instance arrive in the order in which they were published. No call
 * ever waits for, or fails with, the broker, except that `subscribe` waits until nothing is missed any
 * more. [LIV2] [LIV9]
 */
export interface Feed {
  readonly kind: FeedKind;
  readonly state: FeedState;
  /** True while there is surely no other instance to hear anything. */
  readonly isAlone: boolean;
  /** Resolves once connected, or after the first failed attempt: it goes on trying by itself. */
  start(): Promise<void>;
  /**
   * Resolves once every event published from now on arrives here. While the feed is lost it resolves at
   * once: what is missed meanwhile is a gap, which `onGap` reports when the feed is back. One listener a user.
   *
   * @returns ends the subscription.
   */
  subscribe(userId: string, listener: FeedListener): Promise<() => void>;
  publish(userId: string, event: FeedEvent): void;
  /** Told when events of any user may have been missed; everything held here should be pulled. [LIV2] */
  onGap(listener: () => void): void;
  /** Sends what is queued, within bounds, and disconnects. */
  stop(): Promise<void>;
}
