import type { ClientEnvironment } from '../environment.ts';
import type { GetToken } from './connection.ts';
import { readClaims } from './token.ts';

/** How long the start waits for a token, to know whose state to open; without one it opens the last user's. */
const FIRST_TOKEN_TIMEOUT_MS = 1_000;
/** The first connection uses that token, where it comes this soon: a tab may have to wait for hours to connect. */
const FIRST_TOKEN_FRESH_MS = 10_000;

export interface FirstToken {
  /** Gives what was asked for already to the first who asks. */
  readonly getToken: GetToken;
  readonly subject: string | undefined;
}

/** Asks for a token for a moment. Never rejects. */
export async function firstToken(
  getToken: GetToken,
  { setTimer, monotonic }: Pick<ClientEnvironment, 'setTimer' | 'monotonic'>,
): Promise<FirstToken> {
  const askedAtMs = monotonic();
  // One that throws instead of rejecting is the same.
  const asked = Promise.resolve().then(getToken);
  asked.catch(() => undefined);
  let cancel: () => void = () => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    cancel = setTimer(() => resolve(undefined), FIRST_TOKEN_TIMEOUT_MS);
  });
  const token = await Promise.race([asked.catch(() => undefined), timeout]);
  cancel();
  let isFirst = true;
  return {
    subject: token == null ? undefined : readClaims(token).subject,
    async getToken() {
      const isAsked = isFirst && monotonic() - askedAtMs < FIRST_TOKEN_FRESH_MS;
      isFirst = false;
      return isAsked ? asked : getToken();
    },
  };
}
