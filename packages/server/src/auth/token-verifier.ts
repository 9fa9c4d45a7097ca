import { webcrypto } from 'node:crypto';
import { CuepointError } from '@cuepoint/core';
import { errors, jwtVerify, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';
import { identityOfClaims, type Identity } from './identity.ts';
import { createKeySet, KeySetUnavailable, type KeySetOptions } from './key-set.ts';

export interface TokenVerifier {
  /**
   * @throws CuepointError `unauthenticated` for any token that is not good now; `overloaded` while there is
   * no key set to look at.
   */
  verify(token: string): Promise<Identity>;
}

export interface TokenVerifierOptions {
  readonly audience: string | undefined;
  readonly issuer: string | undefined;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

/** Clocks of issuer and service differ by seconds; nothing more is forgiven. */
const CLOCK_TOLERANCE_SECONDS = 5;
const JWKS_RETRY_AFTER_MS = 2_000;

/** Public keys only: an HMAC over a published key must never pass. [SEC1] */
const JWKS_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

export function createSecretVerifier(
  secret: Uint8Array,
  options: TokenVerifierOptions,
): TokenVerifier {
  // Once: with each token it would be one more wait for another thread.
  let key: Promise<webcrypto.CryptoKey> | undefined;
  const importKey = (): Promise<webcrypto.CryptoKey> =>
    webcrypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  return createVerifier(options, ['HS256'], async (token, checks) =>
    jwtVerify(token, await (key ??= importKey()), checks),
  );
}

/** By the key set of an identity provider; see {@link createKeySet} for when it is fetched. */
export function createJwksVerifier(
  url: string,
  options: TokenVerifierOptions &
    Partial<KeySetOptions> & { readonly audience: string; readonly issuer: string },
): TokenVerifier {
  const { monotonic = () => performance.now(), onFailed = () => undefined } = options;
  const keySet = createKeySet(new URL(url), { monotonic, onFailed });
  return createVerifier(options, JWKS_ALGORITHMS, (token, checks) =>
    jwtVerify(token, keySet, checks),
  );
}

function createVerifier(
  { audience, issuer, now }: TokenVerifierOptions,
  algorithms: string[],
  verify: (token: string, checks: JWTVerifyOptions) => Promise<JWTVerifyResult>,
): TokenVerifier {
  return {
    async verify(token) {
      const checks: JWTVerifyOptions = {
        algorithms,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now()),
        ...(audience === undefined ? {} : { audience }),
        ...(issuer === undefined ? {} : { issuer }),
      };
      try {
        return identityOfClaims(await verify(token, checks));
      } catch (error) {
        throw toCuepointError(error);
      }
    },
  };
}

/** A key set out of reach is our trouble; all else is the token's, its key included. */
function toCuepointError(error: unknown): CuepointError {
  if (error instanceof CuepointError) return error;
  if (error instanceof KeySetUnavailable) {
    return new CuepointError('overloaded', 'The key set of the issuer cannot be fetched now.', {
      cause: error,
      retryAfterMs: JWKS_RETRY_AFTER_MS,
    });
  }
  return new CuepointError('unauthenticated', `The token is not accepted: ${reasonOf(error)}.`, {
    cause: error,
  });
}

/** Names the claim or the check, never a value of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its ${error.claim} is wrong`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not allowed';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its key is not in the key set';
  // Such as an RSA key of 1,024 bits, which the platform's own error tells of.
  if (!(error instanceof errors.JOSEError)) return 'its key is not of use';
  return 'it is not a well-formed signed token';
}
