import type { ClientEnvironment } from '../environment.ts';
import { inTime } from '../in-time.ts';
import type { GetToken } from './connection.ts';

/** How long the start waits for a token, to know whose state to open. */
const FIRST_TOKEN_TIMEOUT_MS = 1_000;
/** The first connection uses that token, where it comes this soon: a tab may have to wait for hours to connect. */
const FIRST_TOKEN_FRESH_MS = 10_000;

/** A token, or none since nobody is signed in, none to be had, or none yet. */
export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'signedOut' | 'failed' | 'late' };

export interface FirstToken {
  /** Gives what was asked for already to the first who asks. */
  readonly getToken: GetToken;
  readonly answer: TokenAnswer;
  /** Of one that is late: how it ends, whenever that is. Never rejects. */
  readonly whenAnswered: Promise<TokenAnswer>;
}

/** Asks for a token for a moment. Never rejects. */
export async function firstToken(
  getToken: GetToken,
  environment: Pick<ClientEnvironment, 'setTimer' | 'monotonic'>,
): Promise<FirstToken> {
  const { monotonic } = environment;
  const askedAtMs = monotonic();
  // One that throws instead of rejecting is the same.
  const asked = Promise.resolve().then(getToken);
  const whenAnswered = answerOf(() => asked);
  const answer = await inTime(whenAnswered, FIRST_TOKEN_TIMEOUT_MS, environment);
  let isFirst = true;
  return {
    answer: answer ?? { kind: 'late' },
    whenAnswered,
    async getToken() {
      const isAsked = isFirst && monotonic() - askedAtMs < FIRST_TOKEN_FRESH_MS;
      isFirst = false;
      return isAsked ? asked : getToken();
    },
  };
}

/** Never rejects. */
export async function answerOf(getToken: GetToken): Promise<TokenAnswer> {
  try {
    const token = await getToken();
    return token == null || token === '' ? { kind: 'signedOut' } : { kind: 'token', token };
  } catch {
    // As without a network: whoever asked says `token_failed`.
    return { kind: 'failed' };
  }
}
