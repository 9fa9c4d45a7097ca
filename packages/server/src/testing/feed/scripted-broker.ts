import type { BrokerConnection, BrokerHandlers, ConnectToBroker } from '../../feed/broker.ts';
import { textToEvent } from '../../feed/event-text.ts';
import type { FeedEvent } from '../../feed/feed.ts';
import type { OutgoingBatch } from '../../feed/outgoing-events.ts';

/** One attempt to connect, or one batch, that the test answers. */
export interface Pending<Answer> {
  resolve(answer: Answer): void;
  reject(reason: Error): void;
}

export interface ScriptedAttempt extends Pending<void> {
  readonly handlers: BrokerHandlers;
  readonly signal: AbortSignal;
  /** What the connection was asked to send, and to hold; told once it is there. */
  readonly batches: readonly (OutgoingBatch & Pending<void>)[];
  readonly held: readonly string[];
  readonly isDestroyed: boolean;
  readonly isClosed: boolean;
}

/** A broker whose every answer is the test's. */
export function createScriptedBroker() {
  const attempts: ScriptedAttempt[] = [];
  const waiting = new Set<() => void>();

  function tell(): void {
    for (const check of waiting) check();
  }

  const connect: ConnectToBroker = (handlers, signal) =>
    new Promise((resolve, reject) => {
      const batches: (OutgoingBatch & Pending<void>)[] = [];
      const held: string[] = [];
      let isDestroyed = false;
      let isClosed = false;
      const connection: BrokerConnection = {
        eventBytesMax: 10_000,
        send: (batch) =>
          new Promise((taken, refused) => {
            batches.push({ ...batch, resolve: () => taken(), reject: refused });
            tell();
          }),
        check: () => Promise.resolve(undefined),
        async hold(userIds) {
          held.push(...userIds);
        },
        release: () => undefined,
        async close() {
          isClosed = true;
        },
        destroy() {
          isDestroyed = true;
          for (const batch of batches) batch.reject(new Error('destroyed'));
        },
      };
      attempts.push({
        handlers,
        signal,
        batches,
        held,
        get isDestroyed() {
          return isDestroyed;
        },
        get isClosed() {
          return isClosed;
        },
        resolve: () => resolve(connection),
        reject,
      });
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      tell();
    });

  /** Resolves once there is one. */
  async function until<Found>(find: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const check = (): void => {
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
      });
    }
  }

  return {
    connect,
    attempts,
    attempt: (index: number) => until(() => attempts[index]),
    batch: async (attempt: ScriptedAttempt, index: number) => until(() => attempt.batches[index]),
  };
}

export function eventsIn({ users }: OutgoingBatch): Record<string, FeedEvent[]> {
  return Object.fromEntries(users.map(({ userId, texts }) => [userId, texts.map(textToEvent)]));
}
