import { ACCESS_TOKEN_TTL_SECONDS } from './access-tokens.ts';
import type { Accounts } from './accounts.ts';
import { hashOf } from './secrets.ts';

/** What an app is given: to ask with, and to get the next of these with. */
export interface TokenPair {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
}

export type Refreshed =
  | ({ readonly outcome: 'given' } & TokenPair)
  /** Of nobody, ended, or expired. */
  | { readonly outcome: 'refused' }
  /** An old one came again: its whole family is signed out. */
  | { readonly outcome: 'reused'; readonly userId: string };

/**
 * Gives the next pair for a refresh token, once; for half a minute more the same one again. [ACC4]
 *
 * @param ttlSeconds of the access token.
 */
export async function refresh(
  { signIns, secrets, tokens }: Accounts,
  refreshToken: string,
  ttlSeconds = ACCESS_TOKEN_TTL_SECONDS,
): Promise<Refreshed> {
  const next = secrets.successorOf(refreshToken);
  const rotation = await signIns.rotate(hashOf(refreshToken), hashOf(next));
  switch (rotation.outcome) {
    case 'unknown':
      return { outcome: 'refused' };
    case 'reused':
      return rotation;
    case 'rotated': {
      const { id, userId, deviceId } = rotation.signIn;
      const accessToken = await tokens.mint({ userId, deviceId, signInId: id }, ttlSeconds);
      return { outcome: 'given', accessToken, expiresInSeconds: ttlSeconds, refreshToken: next };
    }
  }
}
