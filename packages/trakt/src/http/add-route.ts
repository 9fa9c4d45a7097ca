import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type RouteHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** One path of this API. */
export function addRoute(
  app: FastifyInstance,
  method: 'GET' | 'POST',
  url: string,
  handler: RouteHandler,
): void {
  app.route({ method, url, handler });
}
