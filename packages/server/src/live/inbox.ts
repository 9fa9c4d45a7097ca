import type { RawData } from 'ws';
import { AT_ONCE_BYTES_MAX } from './limits.ts';
import type { SessionSocket } from './session-socket.ts';

export interface InboxDeps {
  readonly socket: Pick<SessionSocket, 'pause' | 'resume'>;
  /** Never throws. */
  readonly handle: (data: RawData, isBinary: boolean) => void;
  /** Runs a piece when it is the session's turn. */
  readonly inTurn: (piece: () => void) => Promise<void>;
  readonly atEndOfTurn: (callback: () => void) => unknown;
}

interface Message {
  readonly data: RawData;
  readonly isBinary: boolean;
}

/**
 * Hands on what a socket receives, in order: little at once, and whatever comes past that in a turn of its own, since
 * reading a large push takes as long as a hundred small ones. [GC9]
 *
 * The socket is read no further until everything is handed on, so that one chunk of it is all that ever waits here. [SEC3]
 */
export class Inbox {
  readonly #deps: InboxDeps;
  readonly #waiting: Message[] = [];
  /** Handed on in this turn of the event loop. */
  #bytes = 0;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  take(data: RawData, isBinary: boolean): void {
    const bytes = bytesOf(data);
    if (this.#waiting.length === 0 && this.#bytes + bytes <= AT_ONCE_BYTES_MAX) {
      this.#spend(bytes);
      this.#deps.handle(data, isBinary);
      return;
    }
    this.#waiting.push({ data, isBinary });
    if (this.#waiting.length > 1) return;
    this.#deps.socket.pause('inbox');
    void this.#drain();
  }

  /** Hands on all that waits: the socket has closed, and what came before that counts. */
  flush(): void {
    for (const { data, isBinary } of this.#waiting.splice(0)) this.#deps.handle(data, isBinary);
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#deps.inTurn(() => {
        const message = this.#waiting[0];
        if (message === undefined) return;
        this.#deps.handle(message.data, message.isBinary);
        // Only now: what comes meanwhile has to find that it is not the first.
        this.#waiting.shift();
      });
    }
    this.#deps.socket.resume('inbox');
  }

  #spend(bytes: number): void {
    if (this.#bytes === 0) {
      this.#deps.atEndOfTurn(() => {
        this.#bytes = 0;
      });
    }
    this.#bytes += bytes;
  }
}

function bytesOf(data: RawData): number {
  return Array.isArray(data)
    ? data.reduce((bytes, { byteLength }) => bytes + byteLength, 0)
    : data.byteLength;
}
