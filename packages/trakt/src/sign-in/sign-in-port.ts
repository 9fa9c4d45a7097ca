import type { FastifyRequest } from 'fastify';

/** What a client is given to ask with, and to get the next of these with. */
export interface TraktTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export interface BegunCode {
  readonly deviceCode: string;
  /** For the person. */
  readonly userCode: string;
  /** The page on which a signed-in person types it. */
  readonly page: string;
  readonly expiresInSeconds: number;
  /** How often the client may ask; polls a little faster are let through. */
  readonly intervalSeconds: number;
}

export type PolledTokens =
  | { readonly outcome: 'granted'; readonly tokens: TraktTokens }
  | { readonly outcome: 'pending' | 'denied' | 'expired' | 'used' | 'unknown' };

/** How people sign their clients in; the service gives it where it keeps people itself. */
export interface TraktSignIn {
  /** @param label what the client is listed as. */
  begin(request: FastifyRequest, label: string): Promise<BegunCode>;
  poll(request: FastifyRequest, deviceCode: string): Promise<PolledTokens>;
  /** Undefined for a token that is of no use any more. */
  refresh(request: FastifyRequest, refreshToken: string): Promise<TraktTokens | undefined>;
  /** Either token of a sign-in; what is none is let pass. */
  revoke(request: FastifyRequest, token: string): Promise<void>;
  /** Whether a browser may be sent there with a code. */
  mayRedirectTo(uri: string): boolean;
  /** A text that only this service can have made of another one. */
  seal(text: string): string;
}
