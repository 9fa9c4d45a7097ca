import type { Registry } from 'prom-client';
import { textOf, withProblems } from '../schemas/answers.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['operation'];

/** The scrape and the description of the API. Both are open: keep the listener inside. */
export function addOperationRoutes(app: RouteApp, { registry }: { registry: Registry }): void {
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      operationId: 'metrics',
      summary: 'Metrics in the text format of Prometheus',
      tags,
      security: [],
      response: withProblems({ 200: textOf('text/plain', 'One sample a line.') }),
    },
    handler: async (_request, reply) => {
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  });

  app.route({
    method: 'GET',
    url: '/openapi.json',
    schema: { hide: true },
    handler: async () => app.swagger(),
  });
}
