import type { FastifyInstance } from 'fastify';

/** How many connections the server of an app holds. */
export function openConnections({ server }: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
