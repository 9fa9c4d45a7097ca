import type { FastifyInstance } from 'fastify';
import { routeOf } from '../http/request-log.ts';
import type { ServiceMetrics } from './service-metrics.ts';

/** Times every answer, by the pattern of its route. */
export function observeRequests(app: FastifyInstance, metrics: ServiceMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.observeHttp({
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    });
  });
}
