import { CuepointError } from '@cuepoint/core';
import pLimit from 'p-limit';

export interface PasswordHasher {
  /** @returns a PHC string of argon2id with a salt of its own. @throws CuepointError `overloaded` */
  hash(password: string): Promise<string>;
  /**
   * @param stored undefined where there is nobody of the name: the answer takes as long.
   * @throws CuepointError `overloaded`
   */
  verify(stored: string | undefined, password: string): Promise<boolean>;
}

/** OWASP, Password Storage Cheat Sheet: 19 MiB and two passes on one thread. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Each holds 19 MiB and a thread of the pool that the disk is read by as well. */
export const HASHES_AT_ONCE_MAX = 2;
export const HASHES_WAITING_MAX = 20;
const RETRY_AFTER_MS = 1_000;

/** Passwords by argon2id, a few at a time. Nothing is loaded before the first one. [ACC1] */
export function createPasswordHasher(): PasswordHasher {
  const turns = pLimit(HASHES_AT_ONCE_MAX);
  let nobody: Promise<string> | undefined;

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (turns.pendingCount < HASHES_WAITING_MAX) return turns(work);
    throw new CuepointError('overloaded', 'Too many people sign in at once.', {
      limit: { name: 'passwordsWaiting', value: HASHES_WAITING_MAX },
      retryAfterMs: RETRY_AFTER_MS,
    });
  }

  async function hash(password: string): Promise<string> {
    return inTurn(async () => (await loadArgon2()).hash(password, COST));
  }

  return {
    hash,
    async verify(stored, password) {
      nobody ??= hash('').catch((error: unknown) => {
        nobody = undefined;
        throw error;
      });
      const known = stored ?? (await nobody);
      const isRight = await inTurn(async () => (await loadArgon2()).verify(known, password));
      return isRight && stored !== undefined;
    },
  };
}

/** Its binary is not there for every platform: who has no accounts never needs it. */
async function loadArgon2() {
  try {
    return await import('@node-rs/argon2');
  } catch (cause) {
    throw new CuepointError(
      'configuration_invalid',
      'The library for passwords, @node-rs/argon2, has no binary for this platform.',
      { cause },
    );
  }
}
