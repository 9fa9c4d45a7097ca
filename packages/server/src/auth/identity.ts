import { CuepointError, isDeviceId, isUuid, normalizeUuid } from '@cuepoint/core';
import type { JWTPayload } from 'jose';
import { v5 as uuidV5 } from 'uuid';

export const SCOPE_SERVICE = 'cuepoint:service';
/** Opens the inspector, for any user. [SEC1] */
export const SCOPE_ADMIN = 'cuepoint:admin';

/** Who a verified token speaks for. */
export interface Identity {
  /** A UUID, lower case. */
  readonly userId: string;
  /** The `device_id` claim: the only device this token may name. */
  readonly deviceId: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** `exp`, in ms since the epoch. */
  readonly expiresAtMs: number;
}

/** Fixed for ever: another namespace would give every mapped user another id. */
const SUBJECT_NAMESPACE = '6489da0d-8acb-40a5-ae20-11fb903aad6c';

/**
 * The user of a token's subject: the subject itself when it is a UUID, else the UUIDv5 of issuer and
 * subject, so that two issuers never share a user. [SEC1]
 *
 * The two are joined by a line feed, which no issuer URL holds.
 */
export function userIdOfSubject(subject: string, issuer: string | undefined): string {
  if (isUuid(subject)) return normalizeUuid(subject);
  return uuidV5(`${issuer ?? ''}\n${subject}`, SUBJECT_NAMESPACE);
}

/**
 * @param payload of a token whose signature, times, audience and issuer were checked.
 * @throws CuepointError `unauthenticated`
 */
export function identityOfClaims(payload: JWTPayload): Identity {
  const { sub, iss, exp } = payload;
  if (sub === undefined || sub === '' || exp === undefined) {
    throw new CuepointError('unauthenticated', 'The token needs a subject and an expiry.');
  }
  return {
    userId: userIdOfSubject(sub, iss),
    deviceId: deviceIdOfClaim(payload['device_id']),
    scopes: scopesOfClaim(payload['scope']),
    expiresAtMs: exp * 1_000,
  };
}

function deviceIdOfClaim(claim: unknown): string | undefined {
  if (claim === undefined) return undefined;
  if (typeof claim === 'string' && isDeviceId(claim)) return claim;
  throw new CuepointError(
    'unauthenticated',
    'The device_id claim of the token is not a device id.',
  );
}

/** RFC 8693 has one string with spaces; several providers send an array. */
function scopesOfClaim(claim: unknown): ReadonlySet<string> {
  if (typeof claim === 'string') return new Set(claim.split(' ').filter((scope) => scope !== ''));
  if (Array.isArray(claim)) {
    return new Set(claim.filter((scope): scope is string => typeof scope === 'string'));
  }
  return new Set();
}
