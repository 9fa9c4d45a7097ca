import type { FastifyReply, FastifyRequest } from 'fastify';
import { TraktError } from '../http/trakt-error.ts';
import type { TraktPorts } from '../ports.ts';
import type { TraktSignIn, TraktTokens } from './sign-in-port.ts';

const LABEL_LENGTH_MAX = 64;

/** @throws TraktError 403 where the service keeps no people: tokens are whose they are, and not given here. */
export function signInOf({ signIn }: Pick<TraktPorts, 'signIn'>): TraktSignIn {
  if (signIn !== undefined) return signIn;
  throw new TraktError(403, 'access_denied', 'Nobody is signed in here: give the client a token.');
}

/** All six fields: each is read by a client. */
export function sendTokens(
  reply: FastifyReply,
  { accessToken, refreshToken, expiresInSeconds }: TraktTokens,
  nowMs: number,
): FastifyReply {
  return reply.send({
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: expiresInSeconds,
    refresh_token: refreshToken,
    scope: 'public',
    created_at: Math.floor(nowMs / 1_000),
  });
}

/** What a person sees of a client: the product that it says it is. */
export function labelOf({ headers: { 'user-agent': agent = '' } }: FastifyRequest): string {
  const [product = ''] = agent.replaceAll(/[^ -~]/g, '').split(/[/ (]/, 1);
  return product === '' ? 'A client of Trakt' : product.slice(0, LABEL_LENGTH_MAX);
}
