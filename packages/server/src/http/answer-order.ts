import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Knows of each connection which answers it still owes.
 *
 * A client may send several requests before the first is answered, and takes the answers in their order (RFC 9112,
 * 9.3.2). Node keeps that order for its own responses; what is written on the bare socket has to wait for them, or
 * it answers another request than its own.
 */
export class AnswerOrder {
  readonly #owed = new Map<Socket, Set<ServerResponse>>();

  constructor(server: Server) {
    server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      const owed = this.#owed.get(socket) ?? new Set();
      this.#owed.set(socket, owed);
      owed.add(response);
      response.once('close', () => {
        owed.delete(response);
        if (owed.size === 0) this.#owed.delete(socket);
      });
    });
  }

  /** The answer that is being written, or waits to be. */
  next(socket: Duplex): ServerResponse | undefined {
    return [...(this.#owed.get(socket as Socket) ?? [])].find(isAnswerable);
  }

  owes(socket: Duplex): boolean {
    return this.#owed.has(socket as Socket);
  }

  /** Those to which an answer is owed. */
  sockets(): readonly Socket[] {
    return [...this.#owed.keys()];
  }

  /** Whether an answer is owed that waits for the service, and not for the peer to send or to read. */
  isAtWork(socket: Duplex): boolean {
    return [...(this.#owed.get(socket as Socket) ?? [])].some(
      ({ req, writableEnded, writableNeedDrain }) =>
        req.complete && !writableEnded && !writableNeedDrain,
    );
  }

  /** Calls back once every answer before is written, or at once where there is none; never where the connection ends. */
  whenAnswered(socket: Duplex, callback: () => void): void {
    if (!socket.writable) return;
    const next = this.next(socket);
    if (next === undefined) callback();
    else next.once('close', () => this.whenAnswered(socket, callback));
  }
}

/** A request whose body breaks off is answered by its route only where the answer was begun; else what follows answers it. */
function isAnswerable({ req, headersSent }: ServerResponse): boolean {
  return req.complete || headersSent;
}
