import type { CuepointError } from '@cuepoint/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { TraktPorts } from '../ports.ts';
import { TraktError, type FailureStatus } from './trakt-error.ts';

/** How clients of this API hear of a status that it does not have. [TRK5] */
const TOLD_AS: Readonly<Record<number, FailureStatus>> = { 402: 420, 410: 401 };
const KNOWN: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 409, 420, 422, 429, 500, 503]);

/** Answers every error of the scope in the form of this API, never as a problem. [TRK5] */
export function answerErrors(app: FastifyInstance, { toFailure }: Pick<TraktPorts, 'toFailure'>) {
  app.setErrorHandler((thrown, request, reply) => {
    if (thrown instanceof TraktError) return send(reply, thrown.status, thrown.body);
    const { error, status } = toFailure(thrown, request);
    return sendTraktFailure(reply, error, status);
  });
  app.setNotFoundHandler((_request, reply) =>
    send(reply, 404, { error: 'not_found', error_description: 'There is no such endpoint.' }),
  );
}

/** An expected failure in the form of this API, with the status that it has elsewhere. [TRK5] */
export function sendTraktFailure(
  reply: FastifyReply,
  error: CuepointError,
  status: number,
): FastifyReply {
  const told = statusOf(error.code, status);
  if (error.retryAfterMs !== undefined) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000))));
  }
  if (told === 401) void reply.header('www-authenticate', 'Bearer');
  if (told === 420 && error.limit !== undefined) {
    void reply.header('x-account-limit', String(error.limit.value));
  }
  const description = status === 500 ? 'The service failed.' : error.message;
  return send(reply, told, { error: error.code, error_description: description });
}

function statusOf(code: string, status: number): FailureStatus {
  // What PlexTraktSync stops a list for, instead of asking again and again.
  if (code === 'quota_exceeded') return 420;
  if (KNOWN.has(status)) return status as FailureStatus;
  return TOLD_AS[status] ?? (status >= 500 ? 503 : 400);
}

function send(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}
