import type { DownMessage, UpMessage, WireOp } from '@cuepoint/core';
import type { WebSocket } from 'ws';
import type { Ledger } from './ledger.ts';

export interface TapOptions {
  readonly ledger: Ledger;
  readonly userId: string;
  readonly deviceId: string;
  /** In ms since the epoch. */
  readonly now: () => number;
  /** How long a push waited for its ack, in ms. */
  readonly onAnswered?: (waitedMs: number) => void;
}

/** Writes down what a device sends over a socket, before it leaves, and which of it is acknowledged. */
export function tapSocket(
  socket: WebSocket,
  { ledger, userId, deviceId, now, onAnswered }: TapOptions,
): WebSocket {
  const pushes = new Map<string, { readonly ops: readonly WireOp[]; readonly sentAtMs: number }>();
  const send = socket.send.bind(socket);

  socket.send = (data: unknown, ...rest: unknown[]) => {
    const message = JSON.parse(String(data)) as UpMessage;
    if (message.type === 'push') {
      const ops = message.ops.map((op) => ({ ...(op as WireOp), deviceId }));
      for (const op of ops) ledger.sent(userId, op, now());
      pushes.set(message.id, { ops, sentAtMs: now() });
    }
    (send as (...args: unknown[]) => void)(data, ...rest);
  };

  // Ahead of the SDK's own listener: an ack counts from the moment when it is here, also if the app dies of it.
  socket.on('message', (data: unknown) => {
    const message = JSON.parse(String(data)) as DownMessage;
    if (message.type !== 'ack') return;
    const push = pushes.get(message.id);
    pushes.delete(message.id);
    if (push === undefined) return;
    const { ops, sentAtMs } = push;
    if (ops.length > 0) onAnswered?.(now() - sentAtMs);
    for (const [index, op] of ops.entries()) {
      const answer = message.results[index]?.result;
      if (answer === 'rejected') ledger.refused(userId, op);
      else if (answer !== undefined) ledger.acknowledged(userId, { op, deviceId, atMs: now() });
    }
  });
  return socket;
}
