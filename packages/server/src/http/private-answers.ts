import type { FastifyInstance, FastifyReply } from 'fastify';

/** Of an answer that only its caller may see, and that is what its type says. */
export const PRIVATE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  vary: 'authorization',
} as const;

/**
 * Keeps every answer of a scope out of caches, errors too; but for the files of the console, which name their
 * own time and hold nothing of anybody.
 */
export function keepAnswersPrivate(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    if (reply.getHeader('cache-control') === undefined) makePrivate(reply);
  });
}

export function makePrivate(reply: FastifyReply): void {
  const vary = reply.getHeader('vary');
  void reply.headers(PRIVATE_HEADERS);
  // Where pages of other origins are allowed, and at /health, an answer depends on more.
  if (vary !== undefined) void reply.header('vary', `${String(vary)}, ${PRIVATE_HEADERS.vary}`);
}
