import { CuepointError, isCuepointError } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnswerOrder } from '../http/answer-order.ts';
import { requireLocalCaller } from '../http/development-guard.ts';
import { endWithProblem } from '../http/end-with-problem.ts';
import { toProblem } from '../http/problem.ts';
import { HELLO_TIMEOUT_MS } from './limits.ts';
import type { LiveServer } from './live-server.ts';

export interface UpgradeOptions {
  /** Where the WebSocket is, from the root of the server. */
  readonly path: string;
  /** Of development mode only: the origins that may call. [SEC2] */
  readonly guardedOrigins: readonly string[] | undefined;
  readonly newTraceId: () => string;
  readonly answerOrder: AnswerOrder;
  /** Told of each connection that has become a live socket. */
  readonly onUpgraded?: ((socket: Duplex) => void) | undefined;
}

/**
 * Hands the server's upgrades on the path to the live sessions.
 *
 * The token comes with the first message and never in the URL, which logs and proxies keep. Other paths are
 * left to the host's own listeners, and answered where there are none.
 */
export function attachUpgrades(
  app: FastifyInstance,
  live: LiveServer,
  { path, guardedOrigins, newTraceId, answerOrder, onUpgraded }: UpgradeOptions,
): void {
  const { server } = app;

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', ignore);
    const isOurs = pathOf(request) === path;
    if (!isOurs && server.listenerCount('upgrade') > 1) return;
    waitForTurn(socket, () => answer(request, socket, head, isOurs));
  }

  /** Whoever sent requests before it on this connection takes its answer after theirs. */
  function waitForTurn(socket: Duplex, go: () => void): void {
    if (answerOrder.next(socket) === undefined) {
      go();
      return;
    }
    // Node has let go of the socket: nobody else tells an answer that is streamed to go on, or ends the wait.
    const drained = (): void => void answerOrder.next(socket)?.emit('drain');
    const timer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
    socket.on('drain', drained);
    socket.once('close', () => clearTimeout(timer));
    answerOrder.whenAnswered(socket, () => {
      clearTimeout(timer);
      socket.off('drain', drained);
      go();
    });
  }

  function answer(request: IncomingMessage, socket: Duplex, head: Buffer, isOurs: boolean): void {
    try {
      if (!isOurs) throw new CuepointError('not_found', 'There is no WebSocket at this path.');
      if (guardedOrigins !== undefined) requireLocalCaller(request, guardedOrigins);
      live.upgrade(request, socket, head);
      onUpgraded?.(socket);
    } catch (error) {
      if (!isCuepointError(error)) throw error;
      refuse(socket, error, newTraceId());
    }
  }

  server.on('upgrade', onUpgrade);
  app.addHook('onClose', async () => {
    server.off('upgrade', onUpgrade);
  });
}

function ignore(): void {
  // What breaks here ends in a close.
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function refuse(socket: Duplex, error: CuepointError, traceId: string): void {
  const { retryAfterMs } = error;
  endWithProblem(socket, toProblem(error, traceId), [
    // RFC 6455, 4.4: whoever asked for another version learns which one there is.
    'sec-websocket-version: 13',
    ...(retryAfterMs === undefined ? [] : [`retry-after: ${Math.ceil(retryAfterMs / 1_000)}`]),
  ]);
}
