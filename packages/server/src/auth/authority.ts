import type { AuthConfig } from '../config/config.ts';
import { loadDevelopmentSecret } from './development-secret.ts';
import { mintToken, type TokenRequest } from './mint-token.ts';
import { createJwksVerifier, createSecretVerifier, type TokenVerifier } from './token-verifier.ts';

export interface Authority {
  readonly verifier: TokenVerifier;
  /** In development mode only. */
  readonly mintDevelopmentToken: MintDevelopmentToken | undefined;
}

/** Signs a token for a user with the service's own secret. [SEC2] */
export type MintDevelopmentToken = (
  userId: string,
  limits?: Pick<TokenRequest, 'deviceId' | 'scopes'>,
) => Promise<string>;

/** Whom development mode serves when no user is named: the same one after each start. */
export const DEVELOPMENT_USER_ID = '00000000-0000-4000-8000-000000000001';
export const DEVELOPMENT_TOKEN_TTL_SECONDS = 30 * 24 * 60 * 60;

/** @throws CuepointError `data_directory_unusable` in development mode. */
export async function createAuthority(
  auth: AuthConfig,
  { dataDir, now }: { readonly dataDir: string; readonly now: () => number },
): Promise<Authority> {
  switch (auth.mode) {
    case 'secret': {
      const { secret, audience, issuer } = auth;
      return {
        verifier: createSecretVerifier(secret, { audience, issuer, now }),
        mintDevelopmentToken: undefined,
      };
    }
    case 'jwks': {
      const { url, audience, issuer } = auth;
      return {
        verifier: createJwksVerifier(url, { audience, issuer, now }),
        mintDevelopmentToken: undefined,
      };
    }
    case 'development': {
      const secret = await loadDevelopmentSecret(dataDir);
      return {
        verifier: createSecretVerifier(secret, { audience: undefined, issuer: undefined, now }),
        mintDevelopmentToken: (userId, limits) =>
          mintToken(
            secret,
            { ...limits, userId, ttlSeconds: DEVELOPMENT_TOKEN_TTL_SECONDS },
            now(),
          ),
      };
    }
  }
}
