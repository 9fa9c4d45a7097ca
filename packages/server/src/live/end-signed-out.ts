import { CLOSE_CODES } from '@cuepoint/core';
import { signedOutError } from '../accounts/access-tokens.ts';
import type { Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';

/** Asks the database what users are signed in with. */
export interface SignInCheck {
  /** Those of these sign-ins that are good for the user now. */
  openOf(userId: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Ends the sessions of a user that came by a sign-in which was ended; the database is asked. [ACC5] [SEC5] */
export async function endSignedOut(
  signIns: SignInCheck | undefined,
  { userId, sessions }: Pick<UserChannel, 'userId' | 'sessions'>,
): Promise<void> {
  const signedIn = [...sessions].filter((session) => signInOf(session) !== undefined);
  if (signIns === undefined || signedIn.length === 0) return;
  const ids = new Set(signedIn.flatMap((session) => signInOf(session) ?? []));
  const open = await signIns.openOf(userId, [...ids]);
  for (const session of signedIn) {
    const id = signInOf(session);
    // Only what was asked for is known: a session may have been renewed meanwhile.
    if (id === undefined || !ids.has(id) || open.has(id)) continue;
    session.fail(signedOutError(), CLOSE_CODES.unauthenticated);
  }
}

function signInOf({ greeted }: Session): string | undefined {
  return greeted?.identity.signInId;
}
