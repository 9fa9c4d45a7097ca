import { CuepointError, isDeviceId, isUuid } from '@cuepoint/core';
import { SignJWT } from 'jose';

export interface TokenRequest {
  /** A UUID. */
  readonly userId: string;
  /** Binds the token to one device. */
  readonly deviceId?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly ttlSeconds: number;
  readonly audience?: string | undefined;
  readonly issuer?: string | undefined;
  /** What the user is signed in with, where that is kept here. */
  readonly signInId?: string | undefined;
}

export const TOKEN_TTL_SECONDS_DEFAULT = 24 * 60 * 60;
export const TOKEN_TTL_SECONDS_MAX = 365 * 24 * 60 * 60;

/**
 * Signs a token with the shared secret (HS256).
 *
 * @throws CuepointError `invalid_user_id` or `invalid_device_id`
 */
export async function mintToken(
  secret: Uint8Array,
  { userId, deviceId, scopes = [], ttlSeconds, audience, issuer, signInId }: TokenRequest,
  nowMs: number,
): Promise<string> {
  if (!isUuid(userId)) {
    throw new CuepointError('invalid_user_id', 'A user id is a UUID.', { field: 'userId' });
  }
  if (deviceId !== undefined && !isDeviceId(deviceId)) {
    throw new CuepointError(
      'invalid_device_id',
      'A device id is 1 to 255 of A-Z a-z 0-9 . _ : -.',
      {
        field: 'deviceId',
      },
    );
  }
  const issuedAt = Math.floor(nowMs / 1_000);
  const token = new SignJWT({
    ...(deviceId === undefined ? {} : { device_id: deviceId }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(signInId === undefined ? {} : { sid: signInId }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(userId.toLowerCase())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ttlSeconds);
  if (audience !== undefined) token.setAudience(audience);
  if (issuer !== undefined) token.setIssuer(issuer);
  return token.sign(secret);
}
