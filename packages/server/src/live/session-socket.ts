import type { CloseCode, DownMessage } from '@cuepoint/core';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Flushable, Flusher } from './flusher.ts';
import { SEND_BUFFER_MAX_BYTES } from './limits.ts';

/** JSON of one op, as `changes` messages are put together from. */
export type OpText = string;

/**
 * Why nothing more is read of a socket: its peer does not take what it is sent, its user has many ops without an answer,
 * or what came is not handed on yet.
 */
export type Hold = 'unread' | 'pushes' | 'inbox';

/**
 * The sending side of one socket. What is sent within a turn of the event loop leaves at its end, the live
 * ops in one message. Nothing here waits for the socket: who sends ops looks at `isFull`, and whoever sends
 * anything else fills it at most once, since `onFull` stops what it comes from. [LIV4]
 */
export class SessionSocket implements Flushable {
  /** Told of each message that goes past the bound. */
  onFull: () => void = ignore;
  readonly #ws: WebSocket;
  readonly #raw: Duplex;
  readonly #flusher: Flusher;
  #texts: string[] = [];
  #ops: OpText[] = [];
  #queuedLength = 0;
  readonly #holds = new Set<Hold>();
  #isClosed = false;

  constructor(ws: WebSocket, raw: Duplex, flusher: Flusher) {
    this.#ws = ws;
    this.#raw = raw;
    this.#flusher = flusher;
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  /** What waits to be taken by the peer, about: bytes in the socket, characters of this turn. */
  get bufferedBytes(): number {
    return this.#ws.bufferedAmount + this.#queuedLength;
  }

  /** More waits for the peer than may. [LIV4] */
  get isFull(): boolean {
    return this.bufferedBytes > SEND_BUFFER_MAX_BYTES;
  }

  send(message: DownMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#schedule(text.length);
    this.#texts.push(text);
    if (this.isFull) this.onFull();
  }

  sendOp(op: OpText): void {
    this.#schedule(op.length);
    this.#ops.push(op);
  }

  flush(): void {
    const texts = this.#texts;
    const ops = this.#ops;
    this.#texts = [];
    this.#ops = [];
    this.#queuedLength = 0;
    if (!this.isOpen) return;
    if (ops.length > 0) texts.push(`{"type":"changes","ops":[${ops.join(',')}]}`);
    if (texts.length === 1) {
      this.#ws.send(texts[0] ?? '');
      return;
    }
    this.#raw.cork();
    for (const text of texts) this.#ws.send(text);
    this.#raw.uncork();
  }

  /** Sends at once, and resolves when the system has taken it or the socket is closed. */
  sendAndWait(message: DownMessage): Promise<void> {
    this.flush();
    if (!this.isOpen) return Promise.resolve();
    const text = JSON.stringify(message);
    return new Promise((resolve) => {
      this.#ws.send(text, () => resolve());
    });
  }

  ping(): void {
    if (this.isOpen) this.#ws.ping();
  }

  /** Takes nothing in any more until each hold is resumed. */
  pause(hold: Hold): void {
    if (this.#isClosed) return;
    this.#holds.add(hold);
    this.#ws.pause();
  }

  resume(hold: Hold): void {
    if (this.#holds.delete(hold) && this.#holds.size === 0) this.#ws.resume();
  }

  /** What was sent before goes out first. */
  close(code: CloseCode, reason = ''): void {
    this.flush();
    this.#ws.close(code, reason);
    this.#isClosed = true;
    this.#holds.clear();
    // The peer's answer to the close has to be heard.
    this.#ws.resume();
  }

  /** At once, without a handshake. */
  terminate(): void {
    this.#ws.terminate();
  }

  #schedule(length: number): void {
    if (this.#texts.length === 0 && this.#ops.length === 0) this.#flusher(this);
    this.#queuedLength += length;
  }
}

function ignore(): void {
  // Until a session takes care of it.
}
