import { CuepointError, isCuepointError } from '@cuepoint/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { BODY_BYTES_MAX } from '../limits.ts';
import { makePrivate } from './private-answers.ts';
import { PROBLEM_MEDIA_TYPE, toProblem } from './problem.ts';

/** Answers every error of a request as a problem; what is our fault is logged, what is theirs is not. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = toKnownError(error);
  const problem = toProblem(known, request.id);
  logFailure(known, problem.status, request);
  // Whatever the route had promised a cache of what it did not give.
  makePrivate(reply);
  if (problem.retryAfterMs !== undefined) {
    void reply.header('retry-after', Math.max(1, Math.ceil(problem.retryAfterMs / 1_000)));
  }
  // Fastify would end the connection over a body that is not JSON. Read to its end it harms no request behind it.
  if (request.raw.complete) void reply.removeHeader('connection');
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply.code(problem.status).type(PROBLEM_MEDIA_TYPE).serializer(JSON.stringify).send(problem);
}

/** What is our fault. */
export function logFailure(
  known: CuepointError,
  status: number,
  { log }: Pick<FastifyRequest, 'log'>,
): void {
  if (status < 500) return;
  const level = known.code === 'internal' ? 'error' : 'warn';
  log[level]({ err: known.cause ?? known, code: known.code }, 'request failed');
}

/** Anything that is not an expected failure is a bug of ours: `internal`, with the rest in the log. */
export function toKnownError(error: unknown): CuepointError {
  if (isCuepointError(error)) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new CuepointError('payload_too_large', `A body has at most ${BODY_BYTES_MAX} bytes.`, {
      limit: { name: 'bodyBytes', value: BODY_BYTES_MAX },
    });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new CuepointError('unsupported_media_type', 'A body is application/json.');
  }
  if (code?.startsWith('FST_ERR_CTP_') === true) {
    return new CuepointError('invalid_request', 'The body is not valid JSON.');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new CuepointError('invalid_request', 'The request is not valid.');
  }
  return new CuepointError('internal', 'The service failed.', { cause: error });
}
