import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Knows of each connection which answers it still owes.
 *
 * A client may send several requests before the first is answered, and takes the answers in their order (RFC 9112,
 * 9.3.2). Node keeps that order for its own responses; what is written on the bare socket has to wait for them, or
 * it answers another request than its own.
 */
export class AnswerOrder {
  readonly #owed = new WeakMap<Duplex, Set<Exchange>>();

  constructor(server: Server) {
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const owed = this.#owed.get(request.socket) ?? new Set();
      this.#owed.set(request.socket, owed);
      const exchange = { request, response };
      owed.add(exchange);
      response.once('close', () => owed.delete(exchange));
    });
  }

  /**
   * Calls back once every answer before is written, or at once where there is none. A request whose body breaks off
   * cannot be answered by its route; what is written next is its answer. Not called when the connection is gone.
   */
  whenAnswered(socket: Duplex, callback: () => void): void {
    if (socket.destroyed) return;
    const next = [...(this.#owed.get(socket) ?? [])].find(isAnswerable);
    if (next === undefined) callback();
    else next.response.once('close', () => this.whenAnswered(socket, callback));
  }
}

function isAnswerable({ request, response }: Exchange): boolean {
  return request.complete || response.writableEnded;
}
