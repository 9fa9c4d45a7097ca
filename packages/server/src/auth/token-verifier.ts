import { CuepointError } from '@cuepoint/core';
import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose';
import { identityOfClaims, type Identity } from './identity.ts';

export interface TokenVerifier {
  /**
   * @throws CuepointError `unauthenticated` for any token that is not good now; `overloaded` while the
   * key set cannot be fetched.
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
const JWKS_TIMEOUT_MS = 5_000;
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
  return createVerifier(options, ['HS256'], (token, checks) => jwtVerify(token, secret, checks));
}

/** Fetches the key set when a token first needs it, and again for a key that it does not know. */
export function createJwksVerifier(
  url: string,
  options: TokenVerifierOptions & { readonly audience: string; readonly issuer: string },
): TokenVerifier {
  const keySet = createRemoteJWKSet(new URL(url), { timeoutDuration: JWKS_TIMEOUT_MS });
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
        return identityOfClaims((await verify(token, checks)).payload);
      } catch (error) {
        throw toCuepointError(error);
      }
    },
  };
}

/** Only what the token itself got wrong is told as such; a key set out of reach is our trouble. */
function toCuepointError(error: unknown): CuepointError {
  if (error instanceof CuepointError) return error;
  if (isFaultOfToken(error)) {
    return new CuepointError('unauthenticated', `The token is not accepted: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  return new CuepointError('overloaded', 'The key set of the issuer cannot be fetched now.', {
    cause: error,
    retryAfterMs: JWKS_RETRY_AFTER_MS,
  });
}

function isFaultOfToken(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    // The base class itself tells of an answer of the key server that is no key set.
    error.constructor !== errors.JOSEError
  );
}

/** Names the claim or the check, never a value of the token. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its ${error.claim} is wrong`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not allowed';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its key is not in the key set';
  return 'it is not a well-formed signed token';
}
