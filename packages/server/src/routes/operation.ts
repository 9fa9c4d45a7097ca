import type { Registry } from 'prom-client';
import { textOf, withProblems } from '../schemas/answers.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['operation'];

/** The scrape and the description of the API. Both are open: keep the listener inside. */
export function addOperationRoutes(app: RouteApp, { registry }: { registry: Registry }): void {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        summary: 'Metrics in the text format of Prometheus',
        tags,
        security: [],
        response: withProblems({ 200: textOf('text/plain', 'One sample a line.') }),
      },
    },
    async (_request, reply) => {
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );

  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
