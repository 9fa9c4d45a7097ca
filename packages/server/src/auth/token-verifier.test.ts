import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintToken } from './mint-token.ts';
import { createJwksVerifier, createSecretVerifier } from './token-verifier.ts';

const nowMs = Date.UTC(2026, 4, 1);
const now = () => nowMs;
const seconds = nowMs / 1_000;
const userId = '7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f';
const secret = new TextEncoder().encode('a secret of the tests, 32 bytes or more');
const audience = 'cuepoint';
const issuer = 'https://issuer.example';
const good = { sub: userId, aud: audience, iss: issuer, exp: seconds + 60 };

const refused = { code: 'unauthenticated' };

function sign(
  claims: JWTPayload,
  key: CryptoKey | Uint8Array,
  header: { alg: string; kid?: string },
) {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

describe('tokens by shared secret', () => {
  const verifier = createSecretVerifier(secret, { audience, issuer, now });
  const hs256 = { alg: 'HS256' };

  it('[SEC1] accepts a good token and reads user, device, scopes and expiry', async () => {
    const token = await mintToken(
      secret,
      { userId, deviceId: 'tv', scopes: ['a', 'b'], ttlSeconds: 60, audience, issuer },
      nowMs,
    );
    expect(await verifier.verify(token)).toEqual({
      userId,
      deviceId: 'tv',
      scopes: new Set(['a', 'b']),
      expiresAtMs: nowMs + 60_000,
    });
  });

  it.each<[string, JWTPayload]>([
    ['has expired', { ...good, exp: seconds - 6 }],
    ['is not valid yet', { ...good, nbf: seconds + 6 }],
    ['is for another audience', { ...good, aud: 'other' }],
    ['is of another issuer', { ...good, iss: 'https://other.example' }],
    ['has no expiry', { sub: userId, aud: audience, iss: issuer }],
    ['has no subject', { aud: audience, iss: issuer, exp: seconds + 60 }],
    ['has an empty subject', { ...good, sub: '' }],
    ['has no audience', { sub: userId, iss: issuer, exp: seconds + 60 }],
    ['names a device outside the alphabet', { ...good, device_id: 'a b' }],
    ['names a device that is no text', { ...good, device_id: 5 }],
  ])('[SEC1] refuses a token that %s', async (_why, claims) => {
    await expect(verifier.verify(await sign(claims, secret, hs256))).rejects.toMatchObject(refused);
  });

  it('[SEC1] refuses another secret, no signature, and what is no token', async () => {
    const other = new TextEncoder().encode('another secret of the tests, 32 bytes');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${encode({ alg: 'none' })}.${encode(good)}.`;
    const tokens = [
      await sign(good, other, hs256),
      unsigned,
      `${unsigned}AAAA`,
      'a.b.c',
      'not a token',
      '',
    ];
    for (const token of tokens) {
      await expect(verifier.verify(token)).rejects.toMatchObject(refused);
    }
  });

  it('[SEC1] refuses another algorithm, also one that the secret is long enough for', async () => {
    const long = new Uint8Array(64).fill(7);
    const longVerifier = createSecretVerifier(long, { audience, issuer, now });
    await expect(longVerifier.verify(await sign(good, long, hs256))).resolves.toMatchObject({
      userId,
    });
    await expect(
      longVerifier.verify(await sign(good, long, { alg: 'HS512' })),
    ).rejects.toMatchObject(refused);
  });

  it('[SEC1] forgives five seconds of another clock and no more', async () => {
    const at = (exp: number) =>
      sign({ ...good, exp }, secret, hs256).then((t) => verifier.verify(t));
    await expect(at(seconds - 4)).resolves.toMatchObject({ userId });
    await expect(at(seconds - 5)).rejects.toMatchObject(refused);
  });
});

describe('tokens by key set', () => {
  let server: Server;
  let url: string;
  let status = 200;
  let privateKey: CryptoKey;
  let publicPem: string;
  const keys: object[] = [];

  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    privateKey = pair.privateKey;
    publicPem = await exportSPKI(pair.publicKey);
    keys.push({ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' });
    server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => server.close());

  const create = () => createJwksVerifier(url, { audience, issuer, now });

  it('[SEC1] accepts what the key set signed, and maps a subject that is no UUID', async () => {
    const token = await sign({ ...good, sub: 'auth0|42' }, privateKey, { alg: 'RS256', kid: 'k1' });
    const identity = await create().verify(token);
    expect(identity.userId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
  });

  it('[SEC1] refuses a token that is signed with the public key as a secret', async () => {
    const confused = await sign(good, new TextEncoder().encode(publicPem), {
      alg: 'HS256',
      kid: 'k1',
    });
    await expect(create().verify(confused)).rejects.toMatchObject(refused);
  });

  it("[SEC1] refuses an unknown key, a stranger's key under a known id, and a wrong audience", async () => {
    const stranger = await generateKeyPair('RS256');
    const tokens = [
      await sign(good, stranger.privateKey, { alg: 'RS256', kid: 'k2' }),
      await sign(good, stranger.privateKey, { alg: 'RS256', kid: 'k1' }),
      await sign({ ...good, aud: 'other' }, privateKey, { alg: 'RS256', kid: 'k1' }),
    ];
    for (const token of tokens) await expect(create().verify(token)).rejects.toMatchObject(refused);
  });

  it("a key set out of reach is not the token's fault", async () => {
    const token = await sign(good, privateKey, { alg: 'RS256', kid: 'k1' });
    const trouble = { code: 'overloaded', retryAfterMs: 2_000 };
    status = 500;
    await expect(create().verify(token)).rejects.toMatchObject(trouble);
    status = 200;
    const nowhere = createJwksVerifier('http://127.0.0.1:1/keys', { audience, issuer, now });
    await expect(nowhere.verify(token)).rejects.toMatchObject(trouble);
    await expect(create().verify(token)).resolves.toMatchObject({ userId });
  });
});
