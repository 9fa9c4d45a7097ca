import { randomBytes, randomInt } from 'node:crypto';
import {
  createAccountStore,
  createAttemptStore,
  createDeviceCodeStore,
  createSignInStore,
  type AccountStore,
  type AttemptStore,
  type Database,
  type DeviceCodeStore,
  type SignInStore,
} from '@cuepoint/store';
import { guardStore } from '../service/guard-store.ts';
import { createAccessTokens, type AccessTokens } from './access-tokens.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hash.ts';
import { createSecrets, type Secrets } from './secrets.ts';

/** The people of a household and what they are signed in with. */
export interface Accounts {
  readonly people: AccountStore;
  readonly signIns: SignInStore;
  readonly codes: DeviceCodeStore;
  readonly attempts: AttemptStore;
  readonly hasher: PasswordHasher;
  readonly secrets: Secrets;
  readonly tokens: AccessTokens;
  readonly randomUuid: () => string;
  /** Uniform in [0, end), not to be guessed. */
  readonly randomInt: (end: number) => number;
  /** What makes the first person; undefined once there is somebody. [ACC1] */
  readSetUp(): Promise<{ readonly code: string; readonly nonce: string } | undefined>;
}

export interface OpenAccountsDeps {
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly randomUuid: () => string;
}

/** Opens them on a database that is migrated. */
export async function openAccounts(
  database: Database,
  { now, randomUuid }: OpenAccountsDeps,
): Promise<Accounts> {
  const people = guardStore(createAccountStore(database));
  const signIns = guardStore(createSignInStore(database));
  const secrets = createSecrets((await people.readState()).signingKey, randomBytes);
  return {
    people,
    signIns,
    codes: guardStore(createDeviceCodeStore(database)),
    attempts: guardStore(createAttemptStore(database)),
    hasher: createPasswordHasher(),
    secrets,
    tokens: createAccessTokens({ key: secrets.accessKey, signIns, now }),
    randomUuid,
    randomInt: (end) => randomInt(end),
    async readSetUp() {
      const { hasAccounts, setUpNonce: nonce } = await people.readState();
      return hasAccounts ? undefined : { code: secrets.setUpCode(nonce), nonce };
    },
  };
}
