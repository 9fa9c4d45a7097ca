import { CuepointError, isDeviceId, isUuid, normalizeUuid } from '@cuepoint/core';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { v5 as uuidV5 } from 'uuid';

export const SCOPE_SERVICE = 'cuepoint:service';
/** Opens the inspector, for any user. [SEC1] */
export const SCOPE_ADMIN = 'cuepoint:admin';
/** Lets a token that is bound to a device remove the others of its user. [SEC1] */
export const SCOPE_DEVICES = 'cuepoint:devices';

/** Who a verified token speaks for. */
export interface Identity {
  /** A UUID, lower case. */
  readonly userId: string;
  /** The `device_id` claim: the only device this token may name. */
  readonly deviceId: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** `exp`, in ms since the epoch. */
  readonly expiresAtMs: number;
  /** What the user is signed in with, where the service itself keeps that: it may be ended before the token is. [ACC5] */
  readonly signInId?: string;
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

/** What a JWT may say of its own kind: nothing, or that it gives access (RFC 9068). */
const ACCESS_TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);
/** What Keycloak says of tokens that give no access, in the claim `typ`. */
const OTHER_KINDS: ReadonlySet<unknown> = new Set(['ID', 'Refresh', 'Offline', 'Logout']);
/** Claims of ID tokens alone (OpenID Connect Core, 3.1.3.6 and 3.3.2.11). */
const ID_TOKEN_CLAIMS = ['at_hash', 'c_hash'];
/** The start of the year 10000: what is later is no time. */
const EXPIRY_SECONDS_END = 253_402_300_800;

/**
 * @param verified a token whose signature, times, audience and issuer were checked.
 * @throws CuepointError `unauthenticated`
 */
export function identityOfClaims({
  payload,
  protectedHeader,
}: {
  readonly payload: JWTPayload;
  readonly protectedHeader: JWTHeaderParameters;
}): Identity {
  requireAccessToken(payload, protectedHeader);
  const { iss, exp } = payload;
  // A signature makes no claim what its type says.
  const sub: unknown = payload.sub;
  if (typeof sub !== 'string' || sub === '') {
    throw new CuepointError('unauthenticated', 'The token needs a subject, which is text.');
  }
  if (exp === undefined || exp >= EXPIRY_SECONDS_END) {
    throw new CuepointError('unauthenticated', 'The token needs an expiry, which is a time.');
  }
  return {
    userId: userIdOfSubject(sub, iss),
    deviceId: deviceIdOfClaim(payload['device_id']),
    scopes: scopesOfClaim(payload['scope']),
    expiresAtMs: exp * 1_000,
  };
}

/**
 * An ID token says who signed in, to the app; it is not for a service, and whoever gets hold of one must not be
 * let in. It is told by its type, by `token_use` (Cognito), `typ` (Keycloak) or the claims that it alone has. [SEC1]
 */
function requireAccessToken(payload: JWTPayload, header: JWTHeaderParameters): void {
  const typ: unknown = header.typ ?? 'jwt';
  const { token_use: use = 'access', typ: kind } = payload;
  const isAccess =
    typeof typ === 'string' &&
    ACCESS_TYPES.has(typ.toLowerCase()) &&
    use === 'access' &&
    !OTHER_KINDS.has(kind) &&
    !ID_TOKEN_CLAIMS.some((claim) => claim in payload);
  if (isAccess) return;
  throw new CuepointError('unauthenticated', 'The token is none that gives access.');
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
