import { CLOSE_CODES, HEARTBEAT_INTERVAL_MS, reasonToRetryAfter } from '@cuepoint/core';
import { WebSocket } from 'ws';

/** How one socket ended. */
export interface Closing {
  /** 1006: the connection was lost, or never came about. */
  readonly code: number;
  readonly reason: string;
  /** The HTTP status of an upgrade that was refused. */
  readonly status: number | undefined;
}

export interface SocketHandler {
  /** The socket is open: say hello. */
  onOpen(): void;
  onMessage(text: string): void;
  /** `isFinal`: there will be no other socket. */
  onClose(closing: Closing, isFinal: boolean): void;
}

export interface SocketOptions {
  readonly url: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Default 30 s. `null`: the device falls silent. */
  readonly heartbeatIntervalMs?: number | null | undefined;
  /** False: what closes stays closed, as for a device that is carried out of the house. */
  readonly reconnects?: boolean | undefined;
}

const DELAY_BASE_MS = 100;
const DELAY_MAX_MS = 3_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** What another try with the same hello cannot mend. */
const FINAL_CODES: ReadonlySet<number> = new Set([
  CLOSE_CODES.badMessage,
  CLOSE_CODES.unauthenticated,
  CLOSE_CODES.deviceRevoked,
  CLOSE_CODES.protocolUnsupported,
  CLOSE_CODES.deviceReplaced,
  CLOSE_CODES.userErased,
  CLOSE_CODES.limitExceeded,
]);

/** One socket after the other: full jitter between them, or the delay that the service asked for. [SDK5] */
export class ReconnectingSocket {
  readonly #options: SocketOptions;
  readonly #handler: SocketHandler;
  #socket: WebSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #attempts = 0;
  #isLeaving = false;

  constructor(options: SocketOptions, handler: SocketHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  open(): void {
    if (this.#isLeaving || this.#socket !== undefined) return;
    clearTimeout(this.#retry);
    const socket = new WebSocket(this.#options.url, {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#socket = socket;
    let status: number | undefined;
    let retryAfterMs: number | undefined;
    socket.on('unexpected-response', (_request, { statusCode, headers }) => {
      status = statusCode;
      const seconds = headers['retry-after'];
      retryAfterMs = seconds === undefined ? undefined : Number(seconds) * 1_000;
      socket.terminate();
    });
    socket.on('open', () => {
      this.#startHeartbeat();
      this.#handler.onOpen();
    });
    socket.on('message', (data: Buffer) => this.#handler.onMessage(data.toString()));
    // A close with 1006 follows each error.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      clearInterval(this.#heartbeat);
      this.#socket = undefined;
      const closing = { code, reason: reason.toString(), status };
      const isFinal =
        this.#isLeaving || FINAL_CODES.has(code) || this.#options.reconnects === false;
      if (!isFinal) this.#openLater(retryAfterMs ?? reasonToRetryAfter(closing.reason));
      this.#handler.onClose(closing, isFinal);
    });
  }

  /** The session stands: the next loss starts with a short delay again. */
  markStable(): void {
    this.#attempts = 0;
  }

  /** @returns false when there is no open socket; nothing is queued here. */
  send(text: string): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(text);
    return true;
  }

  /** Stops reading: to the service this device is slow. [LIV4] */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Cuts the connection without a word; another one follows. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Closes for good. @returns false when no socket is there that has to close. */
  leave(): boolean {
    this.#isLeaving = true;
    clearTimeout(this.#retry);
    if (this.#socket === undefined) return false;
    this.#socket.resume();
    this.#socket.close(CLOSE_CODES.leave);
    return true;
  }

  #openLater(retryAfterMs: number | undefined): void {
    const bound = Math.min(DELAY_MAX_MS, DELAY_BASE_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    const delayMs = retryAfterMs ?? this.#options.random() * bound;
    this.#retry = setTimeout(() => this.open(), delayMs);
  }

  #startHeartbeat(): void {
    const { heartbeatIntervalMs = HEARTBEAT_INTERVAL_MS } = this.#options;
    if (heartbeatIntervalMs === null) return;
    const text = JSON.stringify({ type: 'heartbeat' });
    this.#heartbeat = setInterval(() => this.send(text), heartbeatIntervalMs);
  }
}
