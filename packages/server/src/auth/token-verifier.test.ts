import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
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
    ['has a subject that is null', { ...good, sub: null as never }],
    ['has a subject that is an object', { ...good, sub: {} as never }],
    ['has a subject that is a number', { ...good, sub: 5 as never }],
    ['has a subject that is true', { ...good, sub: true as never }],
    ['expires at no time', { ...good, exp: 1e300 }],
    ['expires after the last year', { ...good, exp: 253_402_300_800 }],
    ['is an ID token of Cognito', { ...good, token_use: 'id' }],
    ['is an ID token of Keycloak', { ...good, typ: 'ID' }],
    ['is a refresh token of Keycloak', { ...good, typ: 'Refresh' }],
    ['is an ID token beside an access token', { ...good, at_hash: 'x' }],
    ['has no audience', { sub: userId, iss: issuer, exp: seconds + 60 }],
    ['names a device outside the alphabet', { ...good, device_id: 'a b' }],
    ['names a device that is no text', { ...good, device_id: 5 }],
  ])('[SEC1] refuses a token that %s', async (_why, claims) => {
    await expect(verifier.verify(await sign(claims, secret, hs256))).rejects.toMatchObject(refused);
  });

  it.each([
    ['JWT', true],
    ['at+jwt', true],
    ['application/at+JWT', true],
    ['id+jwt', false],
    ['logout+jwt', false],
    ['dpop+jwt', false],
  ])('[SEC1] of the type %s: %s', async (typ, isTaken) => {
    const token = await new SignJWT(good).setProtectedHeader({ ...hs256, typ }).sign(secret);
    const outcome = await verifier.verify(token).catch((error: unknown) => error);
    expect(outcome).toMatchObject(isTaken ? { userId } : refused);
  });

  it.each([{ token_use: 'access' }, { typ: 'Bearer' }])(
    '[SEC1] takes an access token that says so: %j',
    async (claims) => {
      const token = await sign({ ...good, ...claims }, secret, hs256);
      await expect(verifier.verify(token)).resolves.toMatchObject({ userId });
    },
  );

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
  /** Requests that are not answered, where it hangs. */
  let held: ServerResponse[] | undefined;
  let privateKey: CryptoKey;
  let publicPem: string;
  let monotonicMs = 0;
  const keys: object[] = [];

  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    privateKey = pair.privateKey;
    publicPem = await exportSPKI(pair.publicKey);
    keys.push({ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' });
    const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    keys.push({ ...weak.publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' });
    server = createServer((_request, response) => {
      if (held !== undefined) {
        held.push(response);
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterEach(() => {
    status = 200;
    held?.forEach((response) => response.destroy());
    held = undefined;
  });
  afterAll(() => server.close());

  function create() {
    const failed = new Listeners();
    const verifier = createJwksVerifier(url, {
      audience,
      issuer,
      now,
      monotonic: () => monotonicMs,
      onFailed: () => failed.tell(),
    });
    return { verifier, failed, verify: (token: string) => verifier.verify(token) };
  }
  const goodToken = () => sign(good, privateKey, { alg: 'RS256', kid: 'k1' });
  const trouble = { code: 'overloaded', retryAfterMs: 2_000 };

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

  it('[SEC1] a key that is too short is the fault of its token', async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'weak' })).toString('base64url');
    const body = Buffer.from(JSON.stringify(good)).toString('base64url');
    const token = `${header}.${body}.${'A'.repeat(171)}`;
    const refusal = { ...refused, message: expect.stringContaining('its key is not of use') };
    await expect(create().verify(token)).rejects.toMatchObject(refusal);
  });

  it("[OPS1] a key set out of reach is not the token's fault, and is asked for again with pauses", async () => {
    const { verify, failed } = create();
    const token = await goodToken();
    status = 500;
    await expect(verify(token)).rejects.toMatchObject(trouble);
    await expect(verify(token)).rejects.toMatchObject(trouble);
    expect(failed.count).toBe(1);
    monotonicMs += 1_000;
    // What begins a fetch again does not wait for it, since the last one failed.
    await expect(verify(token)).rejects.toMatchObject(trouble);
    await failed.until(2);
    status = 200;
    await expect(verify(token)).rejects.toMatchObject(trouble);
    monotonicMs += 2_000;
    await expect(verify(token)).rejects.toMatchObject(trouble);
    await vi.waitFor(async () => expect(await verify(token)).toMatchObject({ userId }));
    expect(failed.count).toBe(2);
  });

  /** What the provider is asked for while this runs. */
  async function askedDuring(work: () => Promise<void>): Promise<(string | undefined)[]> {
    const asked: ServerResponse[] = [];
    held = asked;
    await work();
    // What it asked for came before this.
    const last = fetch(`${url}?last`).catch(() => undefined);
    const isLast = ({ req }: ServerResponse) => req.url === '/keys?last';
    await vi.waitUntil(() => asked.some(isLast));
    asked.forEach((response) => response.destroy());
    await last;
    return asked.filter((response) => !isLast(response)).map(({ req }) => req.url);
  }

  it('[OPS1] a provider that has just failed is not asked again', async () => {
    const { verify } = create();
    const token = await goodToken();
    status = 500;
    await expect(verify(token)).rejects.toMatchObject(trouble);
    const asked = await askedDuring(async () => {
      for (let call = 0; call < 5; call += 1) {
        await expect(verify(token)).rejects.toMatchObject(trouble);
      }
    });
    expect(asked).toEqual([]);
  });

  it('[SEC3] keys that nobody knows are not asked for each time', async () => {
    const { verify } = create();
    await verify(await goodToken());
    const unknown = await sign(good, privateKey, { alg: 'RS256', kid: 'k9' });
    const asked = await askedDuring(async () => {
      for (let call = 0; call < 5; call += 1) {
        await expect(verify(unknown)).rejects.toMatchObject(refused);
      }
    });
    expect(asked).toEqual([]);
  });

  it('[OPS1] the last good key set is served for as long as there is no new one', async () => {
    const { verify, failed } = create();
    const token = await goodToken();
    await verify(token);
    status = 500;
    for (const hours of [1, 24, 24 * 30]) {
      monotonicMs += hours * 60 * 60_000;
      await expect(verify(token)).resolves.toMatchObject({ userId });
    }
    expect(failed.count).toBeGreaterThan(0);
    const unknown = await sign(good, privateKey, { alg: 'RS256', kid: 'k9' });
    await expect(verify(unknown)).rejects.toMatchObject(trouble);
  });

  it('[OPS1] nobody waits long for a provider that hangs, and nobody twice', async () => {
    const { verify } = create();
    const token = await goodToken();
    await verify(token);
    held = [];
    monotonicMs += 6 * 60_000;
    // Behind whoever asks: it hangs, and it does not matter.
    for (let call = 0; call < 20; call += 1) await verify(token);
    expect(held).toHaveLength(1);
    monotonicMs += 6 * 60_000;
    const startedAtMs = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    // One second at most is waited for keys that are old; the fetch goes on for five.
    expect(performance.now() - startedAtMs).toBeLessThan(4_500);
    expect(held).toHaveLength(1);
  });
});

/** Counts calls, and tells when there were enough. */
class Listeners {
  count = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  tell(): void {
    this.count += 1;
    for (const { count, resolve } of this.#waiting) if (this.count >= count) resolve();
  }

  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve });
      if (this.count >= count) resolve();
    });
  }
}
