import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { STUCK_PEER_MS } from '../limits.ts';
import type { AnswerOrder } from './answer-order.ts';

/**
 * Closes a connection on which nothing moves only where the peer is the one to move, and does so early while the
 * service stops: a request that never ends or an answer that nobody reads does not hold the stop. [GC7]
 */
export function endStuckPeers(app: FastifyInstance, answerOrder: AnswerOrder): void {
  app.server.on('timeout', (socket: Socket) => {
    if (!answerOrder.isAtWork(socket)) socket.destroy();
  });
  app.addHook('preClose', async () => {
    for (const socket of answerOrder.sockets()) socket.setTimeout(STUCK_PEER_MS);
  });
}
