import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import {
  createJwksVerifier,
  createSecretVerifier,
  type TokenVerifier,
} from '../auth/token-verifier.ts';
import { TEST_SECRET } from './test-api.ts';

export const TEST_AUDIENCE = 'cuepoint';
export const TEST_ISSUER = 'https://a.example';

/** Whoever signs the tokens of a service, by a shared secret or by a key set. */
export interface TokenSource {
  readonly verifier: TokenVerifier;
  sign(claims: JWTPayload): Promise<string>;
  close(): void;
}

/** An identity provider whose key set is served on loopback. */
export interface KeySetSource extends TokenSource {
  /** Of the key that signs now. */
  readonly kid: string;
  /** What everybody may know of it, as text. */
  readonly publicPem: string;
  /** How often the key set was fetched. */
  readonly fetches: number;
  /** Moves the clock by which the verifier tells how old its keys are. */
  advance(ms: number): void;
  /** A new key signs from here on; the key set no longer has the old one. */
  rotate(): Promise<void>;
}

const options = { audience: TEST_AUDIENCE, issuer: TEST_ISSUER, now: Date.now };

export function createSecretSource(): TokenSource {
  const secret = new TextEncoder().encode(TEST_SECRET);
  return {
    verifier: createSecretVerifier(secret, options),
    sign: (claims) => signWith(secret, { alg: 'HS256' }, claims),
    close: () => undefined,
  };
}

export async function createKeySetSource(): Promise<KeySetSource> {
  let generation = 1;
  let fetches = 0;
  let monotonicMs = 0;
  let key = await createKey(generation);
  const server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: [key.published] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    verifier: createJwksVerifier(`http://127.0.0.1:${port}/keys`, {
      ...options,
      monotonic: () => monotonicMs,
    }),
    advance(ms) {
      monotonicMs += ms;
    },
    get kid() {
      return key.kid;
    },
    get publicPem() {
      return key.publicPem;
    },
    get fetches() {
      return fetches;
    },
    sign: (claims) => signWith(key.privateKey, { alg: 'RS256', kid: key.kid }, claims),
    async rotate() {
      generation += 1;
      key = await createKey(generation);
    },
    close: () => server.close(),
  };
}

export function signWith(
  key: CryptoKey | Uint8Array,
  header: {
    readonly alg: string;
    readonly kid?: string;
    readonly jwk?: JWK;
    readonly jku?: string;
  },
  claims: JWTPayload,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

async function createKey(generation: number) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = `key-${generation}`;
  const jwk = await exportJWK(publicKey);
  const published = { ...jwk, kid, alg: 'RS256', use: 'sig' };
  return { kid, privateKey, publicPem: await exportSPKI(publicKey), published };
}
