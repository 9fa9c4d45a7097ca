import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PRIVATE_HEADERS } from './private-answers.ts';
import { PROBLEM_MEDIA_TYPE, type Problem } from './problem.ts';

/**
 * How long a connection is still read after its last answer. Closed at once with bytes unread it would be reset, and
 * the client might lose the answer (RFC 9112, 9.6).
 */
const LINGER_MS = 2_000;

/** Answers on the bare socket, where there is no response any more, and closes the connection. */
export function endWithProblem(
  socket: Duplex,
  problem: Problem,
  headers: readonly string[] = [],
): void {
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-trace-id: ${problem.traceId}`,
    'connection: close',
    ...Object.entries(PRIVATE_HEADERS).map(([name, value]) => `${name}: ${value}`),
    ...headers,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  // Nobody wants it, but the end of the client's side is behind it.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
