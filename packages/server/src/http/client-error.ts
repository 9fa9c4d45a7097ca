import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { CuepointError } from '@cuepoint/core';
import { PROBLEM_MEDIA_TYPE, toProblem } from './problem.ts';
import { traceIdOf } from './trace-id.ts';

interface ConnectionError extends Error {
  readonly code: string;
}

/** Answers what is not HTTP at all, on the bare socket, and closes it. */
export function handleClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isOverflow = error.code === 'HPE_HEADER_OVERFLOW';
  const line = isOverflow ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const problem = toProblem(
    isOverflow
      ? new CuepointError('payload_too_large', 'The request line and headers are too long.')
      : new CuepointError('invalid_request', 'This is not a well-formed HTTP request.'),
    traceIdOf(undefined, randomUUID),
  );
  const body = JSON.stringify({ ...problem, status: isOverflow ? 431 : 400 });
  const headers = [
    `HTTP/1.1 ${line}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
