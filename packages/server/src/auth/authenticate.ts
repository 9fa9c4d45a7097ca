import { CuepointError, isCuepointError, isDeviceId, isUuid, normalizeUuid } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import type { FastifyRequest } from 'fastify';
import type { AuditTrail } from '../http/audit-trail.ts';
import type { AwaitDatabase } from '../service/await-database.ts';
import { DEFAULT_DEVICE_ID, type Caller } from './caller.ts';
import { SCOPE_DEVICES, SCOPE_SERVICE, type Identity } from './identity.ts';
import type { TokenVerifier } from './token-verifier.ts';

export interface AuthenticateDeps {
  readonly verifier: TokenVerifier;
  readonly repository: Pick<SyncRepository, 'isDeviceRevoked'>;
  readonly awaitDatabase: AwaitDatabase;
  readonly audit: AuditTrail;
  /** @throws CuepointError `rate_limited` when too many were refused. [SEC3] */
  readonly countRefused: (request: FastifyRequest) => void;
}

const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Sets `request.caller`, or throws: no token, no data. [SEC1] */
export function createAuthenticate({
  verifier,
  repository,
  awaitDatabase,
  audit,
  countRefused,
}: AuthenticateDeps) {
  async function identify(request: FastifyRequest): Promise<Identity> {
    try {
      const token = bearerTokenOf(request.headers.authorization);
      const verify = () => verifier.verify(token);
      return await (READING_METHODS.has(request.method) ? verify() : awaitDatabase(verify));
    } catch (error) {
      if (isCuepointError(error, 'unauthenticated')) countRefused(request);
      throw error;
    }
  }

  return async function authenticate(request: FastifyRequest): Promise<void> {
    const identity = await identify(request);
    const userId = userIdOf(request, identity, audit);
    const deviceId = deviceIdOf(request, identity);
    if (deviceId !== undefined) {
      const check = () => requireUnrevoked(repository, userId, deviceId);
      // A read answers at once that the database is away; a write waits for it.
      await (READING_METHODS.has(request.method) ? check() : awaitDatabase(check));
    }
    request.caller = { userId, deviceId, identity };
  };
}

/** The caller of a route behind `authenticate`. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('a route without a caller serves user data');
  return request.caller;
}

/** The device that a write is stamped with. */
export function writerOf({ deviceId }: Caller): string {
  return deviceId ?? DEFAULT_DEVICE_ID;
}

/** @throws CuepointError `device_mismatch` when the token is bound to another device. [SEC1] */
export function requireOwnDevice({ identity }: Caller, deviceId: string): void {
  if (identity.deviceId !== undefined && identity.deviceId !== deviceId) {
    throw new CuepointError('device_mismatch', 'The token is bound to another device.', {
      field: 'deviceId',
    });
  }
}

/**
 * Another device of the user is removed by a token of the user; one that is bound to a device needs a scope for
 * it, or whoever has taken that device could lock out all the others. [SEC1]
 *
 * @throws CuepointError `forbidden`
 */
export function requireMayRemove({ identity }: Caller, deviceId: string): void {
  const isOwn = identity.deviceId === undefined || identity.deviceId === deviceId;
  if (isOwn || identity.scopes.has(SCOPE_DEVICES)) return;
  throw new CuepointError(
    'forbidden',
    `A token that is bound to a device removes another one with the scope ${SCOPE_DEVICES}.`,
  );
}

/** @throws CuepointError `device_revoked` for the id of a deleted device, at once. [SEC1] */
export async function requireUnrevoked(
  repository: Pick<SyncRepository, 'isDeviceRevoked'>,
  userId: string,
  deviceId: string,
): Promise<void> {
  if (await repository.isDeviceRevoked(userId, deviceId)) {
    throw new CuepointError('device_revoked', 'This device was removed; it needs a new id.');
  }
}

function bearerTokenOf(authorization: string | undefined): string {
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw new CuepointError('unauthenticated', 'Send a token as Authorization: Bearer <token>.');
  }
  return token;
}

/** The token's user, or with the service scope the one that `X-Cuepoint-User` names. */
function userIdOf(request: FastifyRequest, identity: Identity, audit: AuditTrail): string {
  const named = request.headers['x-cuepoint-user'];
  if (named === undefined) return identity.userId;
  if (typeof named !== 'string' || !isUuid(named)) {
    throw new CuepointError('invalid_user_id', 'X-Cuepoint-User is a UUID.', {
      field: 'X-Cuepoint-User',
    });
  }
  const userId = normalizeUuid(named);
  if (!identity.scopes.has(SCOPE_SERVICE)) {
    throw new CuepointError('forbidden', `Acting for a user needs the scope ${SCOPE_SERVICE}.`);
  }
  audit(request, 'acts for a user', { actor: identity.userId, userId });
  return userId;
}

function deviceIdOf(request: FastifyRequest, identity: Identity): string | undefined {
  const named = request.headers['x-device-id'];
  if (named === undefined) return identity.deviceId;
  if (typeof named !== 'string' || !isDeviceId(named)) {
    throw new CuepointError(
      'invalid_device_id',
      'X-Device-Id is 1 to 255 of A-Z a-z 0-9 . _ : -.',
      {
        field: 'X-Device-Id',
      },
    );
  }
  if (identity.deviceId !== undefined && identity.deviceId !== named) {
    throw new CuepointError('device_mismatch', 'The token is bound to another device.', {
      field: 'X-Device-Id',
    });
  }
  return named;
}
