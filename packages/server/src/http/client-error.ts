import { randomUUID } from 'node:crypto';
import { maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import { CuepointError } from '@cuepoint/core';
import { HEAD_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '../limits.ts';
import type { AnswerOrder } from './answer-order.ts';
import { endWithProblem } from './end-with-problem.ts';
import { toProblem } from './problem.ts';
import { traceIdOf } from './trace-id.ts';

interface ConnectionError extends Error {
  readonly code: string;
}

/** Answers what is not HTTP at all, on the bare socket and in its turn, and closes the connection. */
export function createClientErrorHandler(
  order: AnswerOrder,
): (error: ConnectionError, socket: Socket) => void {
  const refused = new WeakSet<Socket>();
  return (error, socket) => {
    // Told again for each piece that still comes.
    if (refused.has(socket)) return;
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    refused.add(socket);
    order.whenAnswered(socket, () => {
      const { status, refusal } = refusalOf(error);
      endWithProblem(socket, { ...toProblem(refusal, traceIdOf(undefined, randomUUID)), status });
    });
  };
}

function refusalOf({ code }: ConnectionError): { status: number; refusal: CuepointError } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        refusal: new CuepointError(
          'payload_too_large',
          `The request line and headers have at most ${maxHeaderSize} bytes.`,
          { limit: { name: 'headBytes', value: maxHeaderSize } },
        ),
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        refusal: new CuepointError(
          'invalid_request',
          `A request arrives within ${REQUEST_TIMEOUT_MS / 1_000} s, its head within ${HEAD_TIMEOUT_MS / 1_000} s.`,
        ),
      };
    default:
      return {
        status: 400,
        refusal: new CuepointError('invalid_request', 'This is not a well-formed HTTP request.'),
      };
  }
}
