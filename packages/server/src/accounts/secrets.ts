import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What is made of the signing key, each for one purpose. */
export interface Secrets {
  /** Of access tokens. */
  readonly accessKey: Uint8Array;
  /** 256 random bits, as text. */
  newToken(): string;
  /**
   * The refresh token that follows one: the same whenever it is asked for, so that a lost answer can be given again;
   * to be made neither without the token before nor without the key. [ACC4]
   */
  successorOf(token: string): string;
  /** A text that only this household's services can make of another one. */
  seal(text: string): string;
  /** The code of the set-up link: every instance prints the same one. [ACC1] */
  setUpCode(nonce: string): string;
}

const TOKEN_BYTES = 32;

export function createSecrets(
  signingKey: string,
  randomBytes: (size: number) => Uint8Array,
): Secrets {
  const keyFor = (purpose: string) => createHmac('sha256', signingKey).update(purpose).digest();
  const refreshKey = keyFor('refresh tokens');
  const setUpKey = keyFor('set-up link');
  const sealKey = keyFor('sealed texts');
  const sign = (key: Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest('base64url');
  return {
    accessKey: keyFor('access tokens'),
    newToken: () => Buffer.from(randomBytes(TOKEN_BYTES)).toString('base64url'),
    successorOf: (token) => sign(refreshKey, token),
    seal: (text) => sign(sealKey, text),
    setUpCode: (nonce) => sign(setUpKey, nonce),
  };
}

/** What is stored of a secret of 256 random bits: it needs no salt. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

export function isSame(given: string, secret: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(given)), Buffer.from(hashOf(secret)));
}
