import type { AuthConfig } from '../config/config.ts';
import { loadDevelopmentSecret } from './development-secret.ts';
import { mintToken, type TokenRequest } from './mint-token.ts';
import { createOneTimeLink, type OneTimeLink } from './one-time-link.ts';
import { createJwksVerifier, createSecretVerifier, type TokenVerifier } from './token-verifier.ts';

export interface Authority {
  /** Undefined where the people of the household are all there is. */
  readonly verifier: TokenVerifier | undefined;
  /** In development mode only. */
  readonly development: DevelopmentMode | undefined;
}

export interface DevelopmentMode {
  readonly mintToken: MintDevelopmentToken;
  /** What a token with a scope takes. */
  readonly link: OneTimeLink;
}

/** Signs a token for a user with the service's own secret. [SEC2] */
export type MintDevelopmentToken = (
  userId: string,
  limits?: Pick<TokenRequest, 'deviceId' | 'scopes'>,
) => Promise<string>;

/** Whom development mode serves when no user is named: the same one after each start. */
export const DEVELOPMENT_USER_ID = '00000000-0000-4000-8000-000000000001';
export const DEVELOPMENT_TOKEN_TTL_SECONDS = 60 * 60;

export interface AuthorityDeps {
  readonly dataDir: string;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
  /** Told of the code that follows one that was taken. */
  readonly onNextLink: (code: string) => void;
  /** Told of every fetch of the key set that failed. */
  readonly onKeySetFailed: (error: unknown) => void;
}

/** @throws CuepointError `data_directory_unusable` in development mode. */
export async function createAuthority(
  auth: AuthConfig,
  { dataDir, now, randomUuid, onNextLink, onKeySetFailed }: AuthorityDeps,
): Promise<Authority> {
  switch (auth.mode) {
    case 'accounts':
      return { verifier: undefined, development: undefined };
    case 'secret': {
      const { secret, audience, issuer } = auth;
      return {
        verifier: createSecretVerifier(secret, { audience, issuer, now }),
        development: undefined,
      };
    }
    case 'jwks': {
      const { url, audience, issuer } = auth;
      return {
        verifier: createJwksVerifier(url, { audience, issuer, now, onFailed: onKeySetFailed }),
        development: undefined,
      };
    }
    case 'development': {
      const secret = await loadDevelopmentSecret(dataDir);
      return {
        verifier: createSecretVerifier(secret, { audience: undefined, issuer: undefined, now }),
        development: {
          mintToken: (userId, limits) =>
            mintToken(
              secret,
              { ...limits, userId, ttlSeconds: DEVELOPMENT_TOKEN_TTL_SECONDS },
              now(),
            ),
          link: createOneTimeLink(randomUuid, onNextLink),
        },
      };
    }
  }
}
