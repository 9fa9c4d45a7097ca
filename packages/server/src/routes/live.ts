import { CuepointError } from '@cuepoint/core';
import { withProblems } from '../schemas/answers.ts';
import type { RouteApp } from './route-app.ts';

/** What the WebSocket's path answers to a plain request. */
export function addLiveRoute(app: RouteApp): void {
  app.route({
    method: 'GET',
    url: '/ws',
    schema: {
      operationId: 'live',
      summary: 'The live protocol, over a WebSocket',
      description:
        'Upgrades to a WebSocket; docs/protocol.md describes its messages. The token comes with the first ' +
        'message, never with the request. Without an upgrade the answer is 426.',
      tags: ['live'],
      security: [],
      response: withProblems({}),
    },
    handler: async (_request, reply) => {
      void reply.header('upgrade', 'websocket');
      throw new CuepointError('upgrade_required', 'Open this path with a WebSocket client.');
    },
  });
}
