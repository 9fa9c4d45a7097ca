import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * Takes requests with an `Expect` header.
 *
 * `100-continue` is met when the answer is the next of its connection: written before that, Node 20 puts it between
 * the head and the body of the answer. Other expectations may be left unmet (RFC 9110, 10.1.1); Node would answer
 * those 417 without a body.
 */
export function meetExpectations(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    function go(): void {
      response.writeContinue();
      server.emit('request', request, response);
    }
    // It has no socket while others are answered before it.
    if (response.socket === null) response.once('socket', go);
    else go();
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}
