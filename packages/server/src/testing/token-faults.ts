import { exportJWK, generateKeyPair, type JWTPayload } from 'jose';
import { signWith, type KeySetSource, type TokenSource } from './token-source.ts';

/** A token that is good but for one fault; `undefined` for none at all. */
export type TokenFault<Source> = (
  source: Source,
  /** Those of a good token. */
  claims: JWTPayload,
) => Promise<string | undefined>;

/** What may be wrong with a token, whoever signs it. */
export const TOKEN_FAULTS: Readonly<Record<string, TokenFault<TokenSource>>> = {
  'is missing': async () => undefined,
  'is no token': async () => 'no.token.at-all',
  'is cut short': async (source, claims) => (await source.sign(claims)).slice(0, -8),
  'has no signature': async (source, claims) => `${unsignedPart(await source.sign(claims))}.`,
  'was changed after it was signed': async (source, claims) => {
    const [header, , signature] = (await source.sign(claims)).split('.');
    return `${header}.${encode({ ...claims, scope: 'cuepoint:admin cuepoint:service cuepoint:devices' })}.${signature}`;
  },
  'says that it needs no signature': async (_source, claims) => unsigned('none', claims),
  'says so in other letters': async (_source, claims) => unsigned('nOnE', claims),
  'says so with a signature': async (source, claims) => {
    const signature = (await source.sign(claims)).split('.')[2];
    return `${unsigned('none', claims)}${signature}`;
  },
  'has expired': (source, claims) => source.sign({ ...claims, exp: secondsNow() - 10 }),
  'is not valid yet': (source, claims) => source.sign({ ...claims, nbf: secondsNow() + 60 }),
  'never expires': (source, claims) => source.sign(without(claims, 'exp')),
  'is for another audience': (source, claims) => source.sign({ ...claims, aud: 'cuepoint2' }),
  'is for no audience': (source, claims) => source.sign(without(claims, 'aud')),
  'is of another issuer': (source, claims) => source.sign({ ...claims, iss: 'https://b.example' }),
  'is of no issuer': (source, claims) => source.sign(without(claims, 'iss')),
  'is of nobody': (source, claims) => source.sign(without(claims, 'sub')),
  'is of what is no text': (source, claims) => source.sign({ ...claims, sub: 5 as never }),
  'is of no one': (source, claims) => source.sign({ ...claims, sub: null as never }),
  'expires at no time': (source, claims) => source.sign({ ...claims, exp: 1e300 }),
  'is an ID token': (source, claims) => source.sign({ ...claims, at_hash: 'x' }),
  'is bound to what is no device': (source, claims) => source.sign({ ...claims, device_id: 'a b' }),
};

export const SECRET_FAULTS: Readonly<Record<string, TokenFault<TokenSource>>> = {
  ...TOKEN_FAULTS,
  'is signed with another secret': (_source, claims) =>
    signWith(new Uint8Array(48).fill(7), { alg: 'HS256' }, claims),
  'is signed with a private key': async (_source, claims) =>
    signWith((await generateKeyPair('RS256')).privateKey, { alg: 'RS256' }, claims),
};

export const KEY_SET_FAULTS: Readonly<Record<string, TokenFault<KeySetSource>>> = {
  ...TOKEN_FAULTS,
  'is signed with the public key as a secret': ({ publicPem, kid }, claims) =>
    signWith(new TextEncoder().encode(publicPem), { alg: 'HS256', kid }, claims),
  'is signed with the public key as a secret, and names no key': ({ publicPem }, claims) =>
    signWith(new TextEncoder().encode(publicPem), { alg: 'HS256' }, claims),
  'is signed with a key that is not in the set': async (_source, claims) =>
    signWith((await generateKeyPair('RS256')).privateKey, { alg: 'RS256', kid: 'other' }, claims),
  "is signed with a stranger's key under a known name": async ({ kid }, claims) =>
    signWith((await generateKeyPair('RS256')).privateKey, { alg: 'RS256', kid }, claims),
  'brings its own key': async ({ kid }, claims) => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jku = 'https://b.example/keys';
    return signWith(
      privateKey,
      { alg: 'RS256', kid, jwk: await exportJWK(publicKey), jku },
      claims,
    );
  },
};

function without(claims: JWTPayload, name: string): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));
}

function unsigned(alg: string, claims: JWTPayload): string {
  return `${encode({ alg })}.${encode(claims)}.`;
}

function unsignedPart(token: string): string {
  return token.slice(0, token.lastIndexOf('.'));
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1_000);
}
