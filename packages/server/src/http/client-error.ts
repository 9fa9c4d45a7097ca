import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { CuepointError } from '@cuepoint/core';
import { REQUEST_TIMEOUT_MS } from '../limits.ts';
import type { AnswerOrder } from './answer-order.ts';
import { PROBLEM_MEDIA_TYPE, toProblem } from './problem.ts';
import { traceIdOf } from './trace-id.ts';

interface ConnectionError extends Error {
  readonly code: string;
}

interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly error: CuepointError;
}

/**
 * How long a connection is still read after its last answer. Closed at once with bytes unread it would be reset, and
 * the client might lose the answer (RFC 9112, 9.6).
 */
const LINGER_MS = 2_000;

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
    order.whenAnswered(socket, () => refuse(socket, refusalOf(error)));
  };
}

function refuse(socket: Socket, { status, reason, error }: Refusal): void {
  const problem = toProblem(error, traceIdOf(undefined, randomUUID));
  const body = JSON.stringify({ ...problem, status });
  const headers = [
    `HTTP/1.1 ${status} ${reason}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-trace-id: ${problem.traceId}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

function refusalOf({ code }: ConnectionError): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        reason: 'Request Header Fields Too Large',
        error: new CuepointError('payload_too_large', 'The request line and headers are too long.'),
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        reason: 'Request Timeout',
        error: new CuepointError(
          'invalid_request',
          `The request did not arrive whole within ${REQUEST_TIMEOUT_MS / 1_000} s.`,
        ),
      };
    default:
      return {
        status: 400,
        reason: 'Bad Request',
        error: new CuepointError('invalid_request', 'This is not a well-formed HTTP request.'),
      };
  }
}
