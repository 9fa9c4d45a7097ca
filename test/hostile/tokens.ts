import { mintToken } from '@cuepoint/server';
import type { Chance } from '../sim/chance.ts';

export const SECRET = 'a secret of the hostile tests, long enough';
const USERS = 100;
const TTL_SECONDS = 6 * 3_600;
const BOUND_DEVICE = 'name-7';

export interface Tokens {
  /** Of users who may: plain, or bound to one device. */
  readonly good: readonly string[];
  /** With the scope to act for anybody. */
  readonly service: readonly string[];
  /** With the scope to look at anybody. */
  readonly admin: readonly string[];
  /** Expired, signed by somebody else, of no algorithm, or no tokens at all. */
  readonly bad: readonly string[];
}

export async function mintTokens(chance: Chance, nowMs: number): Promise<Tokens> {
  const secret = new TextEncoder().encode(SECRET);
  const users = Array.from({ length: USERS }, () => chance.uuid());
  const mint = (userId: string, more: object = {}) =>
    mintToken(secret, { userId, ttlSeconds: TTL_SECONDS, ...more }, nowMs);
  const good = await Promise.all(
    users.map((userId, index) => mint(userId, index % 8 === 0 ? { deviceId: BOUND_DEVICE } : {})),
  );
  const some = users.slice(0, 5);
  const [first = ''] = good;
  const [header = '', payload = '', signature = ''] = first.split('.');
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  return {
    good,
    service: await Promise.all(some.map((user) => mint(user, { scopes: ['cuepoint:service'] }))),
    admin: await Promise.all(some.map((user) => mint(user, { scopes: ['cuepoint:admin'] }))),
    bad: [
      await mintToken(secret, { userId: chance.uuid(), ttlSeconds: 1 }, nowMs - 3_600_000),
      await mintToken(
        new TextEncoder().encode('the secret of somebody else, long enough'),
        { userId: chance.uuid(), ttlSeconds: TTL_SECONDS },
        nowMs,
      ),
      `${unsigned}.${payload}.`,
      `${header}.${payload}.${signature.slice(1)}`,
      `${header}.${payload}`,
      `${header}.e30.${signature}`,
      'x',
      '..',
      'ÿ'.repeat(20),
      'a.'.repeat(3_000),
    ],
  };
}
