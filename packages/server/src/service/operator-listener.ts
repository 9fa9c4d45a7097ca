import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';

/** Which connections came in at the operators' address. */
export type OperatorConnections = Pick<WeakSet<object>, 'has'>;

/** What is for operators is not there for others, where operators have an address of their own. */
export function keepForOperators(
  scope: FastifyInstance,
  connections: OperatorConnections | undefined,
): void {
  if (connections === undefined) return;
  scope.addHook('onRequest', async ({ raw }) => {
    if (connections.has(raw.socket)) return;
    throw new CuepointError('not_found', 'There is no such route.');
  });
}
