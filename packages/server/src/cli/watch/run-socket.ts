import { CLOSE_CODES, HEARTBEAT_INTERVAL_MS, type UpMessage } from '@cuepoint/core';
import { WebSocket } from 'ws';

export interface Closing {
  readonly code: number;
  readonly reason: string;
  /** Why there was no connection, where there was none. */
  readonly failure: string | undefined;
}

export interface SocketHandler {
  /** The socket is open; `send` answers false once it is not any more. */
  onOpen(send: (message: UpMessage) => boolean): void;
  onMessage(text: string): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** As much as the service sends in one message at most, with room. */
const MESSAGE_BYTES_MAX = 16 * 1_048_576;

/**
 * One socket from its first to its last byte, with heartbeats. [LIV6] Aborting `signal` closes it cleanly.
 *
 * A peer that answers no ping between two heartbeats is gone, whatever the network says.
 */
export function runSocket(url: URL, handler: SocketHandler, signal: AbortSignal): Promise<Closing> {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MESSAGE_BYTES_MAX,
  });
  const send = (message: UpMessage): boolean => {
    if (socket.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  };
  const leave = (): void => socket.close(CLOSE_CODES.leave);
  signal.addEventListener('abort', leave, { once: true });
  let isHeard = true;
  let failure: string | undefined;
  const heartbeat = setInterval(() => {
    if (!isHeard) return socket.terminate();
    isHeard = false;
    if (send({ type: 'heartbeat' })) socket.ping();
  }, HEARTBEAT_INTERVAL_MS);
  socket.on('open', () => handler.onOpen(send));
  socket.on('message', (data: Buffer) => handler.onMessage(data.toString()));
  socket.on('pong', () => {
    isHeard = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code ?? error.message;
  });
  return new Promise((resolve) => {
    socket.on('close', (code, reason) => {
      clearInterval(heartbeat);
      signal.removeEventListener('abort', leave);
      resolve({ code, reason: reason.toString(), failure });
    });
  });
}
