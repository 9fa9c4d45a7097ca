import { CuepointError, opToWire } from '@cuepoint/core';
import type { ChangesRequest } from '@cuepoint/store';
import { callerOf, requireOwnDevice, requireUnrevoked } from '../auth/authenticate.ts';
import { CHANGES_PER_PAGE } from '../limits.ts';
import { ChangesAnswerSchema, SyncAnswerSchema, withProblems } from '../schemas/answers.ts';
import { DocumentedSyncBodySchema, SyncBodySchema, SyncQuerySchema } from '../schemas/requests.ts';
import { requireRate, type UserRates } from '../service/user-rates.ts';
import { pushOps } from '../writes/push-ops.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['sync'];

export interface SyncRouteDeps extends WriteDeps {
  readonly rates: Pick<UserRates, 'ops' | 'rows'>;
}

export function addSyncRoutes(app: RouteApp, deps: SyncRouteDeps): void {
  app.route({
    method: 'GET',
    url: '/sync',
    schema: {
      operationId: 'pull',
      summary: 'Changes since a cursor; without one the whole state',
      tags,
      querystring: SyncQuerySchema,
      response: withProblems({ 200: ChangesAnswerSchema }),
    },
    handler: async (request) => {
      return readChanges(deps, callerOf(request).userId, request.query);
    },
  });

  app.route({
    method: 'POST',
    url: '/sync',
    config: { documentedBody: DocumentedSyncBodySchema },
    schema: {
      operationId: 'sync',
      summary: 'Pushes ops and pulls changes, in one round trip',
      description:
        'Each op has a result of its own. An answer 503 says that some op may not be stored yet: send ' +
        'the same push again, every op is idempotent.',
      tags,
      body: SyncBodySchema,
      response: withProblems({ 200: SyncAnswerSchema }),
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { userId } = caller;
      const { deviceId, ops = [], ...from } = request.body;
      requireOwnDevice(caller, deviceId);
      if (caller.deviceId === undefined) {
        await deps.awaitDatabase(() => requireUnrevoked(deps.repository, userId, deviceId));
      } else if (caller.deviceId !== deviceId) throw twoDevices();
      requireRate(deps.rates.rows.check(userId));
      if (ops.length > 0) requireRate(deps.rates.ops.take(userId, ops.length));
      const outcome = await pushOps(deps, { userId, deviceId }, ops);
      return { ...outcome, ...(await readChanges(deps, userId, from)) };
    },
  });
}

async function readChanges(
  { repository, now }: WriteDeps,
  userId: string,
  { cursor, page }: Omit<ChangesRequest, 'limit'>,
) {
  const {
    ops,
    readAtMs: _,
    ...rest
  } = await repository.readChanges(userId, {
    limit: CHANGES_PER_PAGE,
    ...(cursor === undefined ? {} : { cursor }),
    ...(page === undefined ? {} : { page }),
  });
  return { changes: ops.map(opToWire), ...rest, serverTime: now() };
}

function twoDevices(): CuepointError {
  return new CuepointError('device_mismatch', 'The body and X-Device-Id name two devices.', {
    field: 'deviceId',
  });
}
