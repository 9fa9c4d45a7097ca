import { CuepointError } from '@cuepoint/core';
import type { SignInStore } from '@cuepoint/store';
import { decodeJwt } from 'jose';
import { mintToken } from '../auth/mint-token.ts';
import { createSecretVerifier, type TokenVerifier } from '../auth/token-verifier.ts';

/** The access tokens of people whom the service keeps itself. [ACC4] */
export interface AccessTokens {
  readonly verifier: TokenVerifier;
  /** @param ttlSeconds how long it is good, unless it is signed out before. */
  mint(of: AccessTokenOf, ttlSeconds?: number): Promise<string>;
}

export interface AccessTokenOf {
  readonly userId: string;
  readonly deviceId: string | undefined;
  readonly signInId: string;
}

export const ACCESS_TOKEN_TTL_SECONDS = 60 * 60;

/** Tells these tokens from those of a shared secret or a key set. */
const ISSUER = 'urn:cuepoint:accounts';

export interface AccessTokensDeps {
  readonly key: Uint8Array;
  readonly signIns: Pick<SignInStore, 'use'>;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

export function createAccessTokens({ key, signIns, now }: AccessTokensDeps): AccessTokens {
  const signed = createSecretVerifier(key, { audience: ISSUER, issuer: ISSUER, now });
  return {
    mint: (of, ttlSeconds = ACCESS_TOKEN_TTL_SECONDS) =>
      mintToken(key, { ...of, ttlSeconds, audience: ISSUER, issuer: ISSUER }, now()),
    verifier: {
      async verify(token) {
        const identity = await signed.verify(token);
        const { sid: signInId } = decodeJwt(token);
        if (typeof signInId === 'string' && (await signIns.use(signInId, identity.userId))) {
          return { ...identity, signInId };
        }
        throw signedOutError();
      },
    },
  };
}

/** What a token or a session ends with whose sign-in was ended. [ACC5] */
export function signedOutError(): CuepointError {
  return new CuepointError('unauthenticated', 'It was signed out; sign in again.');
}

/** Has each token looked at by whoever issued it: the household, or whom else the service is told to believe. */
export function verifierOf(
  accounts: { readonly tokens: AccessTokens } | undefined,
  others: TokenVerifier | undefined,
): TokenVerifier {
  const own = accounts?.tokens.verifier;
  const only = own ?? others;
  if (only === undefined) throw new Error('somebody has to issue tokens');
  if (own === undefined || others === undefined) return only;
  return {
    verify: (token) => (issuerOf(token) === ISSUER ? own : others).verify(token),
  };
}

/** As the token says, which proves nothing yet. */
function issuerOf(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
