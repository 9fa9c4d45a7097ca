import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { makePrivate } from './private-answers.ts';
import type { ServiceMetrics } from '../metrics/service-metrics.ts';

/** Of an answer that no route gave. */
export const UNKNOWN_ROUTE = 'unknown';

/** Traces, logs and times every answer of a scope: one line and one sample each. */
export function observeAnswers(app: FastifyInstance, metrics: ServiceMetrics): void {
  app.addHook('onSend', async (request, reply) => {
    void reply.header('x-trace-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    // What a request is called in logs and metrics: its route's pattern, never its path. [SEC4]
    recordAnswer(metrics, request, reply, request.routeOptions.url ?? UNKNOWN_ROUTE);
  });
}

/** The same for an answer that is given before the hooks run. */
export function observeEarlyAnswer(
  metrics: ServiceMetrics,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply.header('x-trace-id', request.id);
  makePrivate(reply);
  reply.raw.once('finish', () => recordAnswer(metrics, request, reply, UNKNOWN_ROUTE));
}

function recordAnswer(
  metrics: ServiceMetrics,
  request: FastifyRequest,
  reply: FastifyReply,
  route: string,
): void {
  const { method } = request;
  const status = reply.statusCode;
  const durationMs = reply.elapsedTime;
  metrics.observeHttp({ method, route, status, durationMs });
  request.log.info(
    { method, route, status, durationMs: Math.round(durationMs * 10) / 10 },
    'request',
  );
}
