import type { Database, Queryable } from '../database.ts';

export interface Account {
  /** A UUID. */
  readonly id: string;
  readonly name: string;
}

export interface Profile {
  /** Whose watch state it is. */
  readonly userId: string;
  readonly name: string;
}

export interface ListedAccount extends Account {
  readonly profiles: readonly Profile[];
  readonly createdAtMs: number;
  /** Of whatever it is signed in with; undefined without any. */
  readonly lastUsedAtMs: number | undefined;
}

export interface NewAccount extends Account {
  /** The name as it is compared. */
  readonly nameKey: string;
  readonly passwordHash: string;
  readonly profiles: readonly Profile[];
}

export interface AccountState {
  /** What access tokens are signed with. */
  readonly signingKey: string;
  /** What the set-up link is made of; another one once it was used. */
  readonly setUpNonce: string;
  readonly hasAccounts: boolean;
}

export const PROFILES_MAX = 20;

/** The people of a household and their profiles. [ACC1] */
export interface AccountStore {
  readState(): Promise<AccountState>;
  /**
   * @param setUpNonce of a set-up link: then it is made only as the first one, and the link is used up.
   * @returns false where the name is taken, or the link does not open.
   */
  create(account: NewAccount, setUpNonce?: string): Promise<boolean>;
  find(nameKey: string): Promise<(Account & { readonly passwordHash: string }) | undefined>;
  list(): Promise<readonly ListedAccount[]>;
  /** Whether nobody is here for longer. */
  isFirst(accountId: string): Promise<boolean>;
  /** Whatever the account was signed in with is signed out. @param keptId but for this one. */
  setPassword(accountId: string, passwordHash: string, keptId?: string): Promise<void>;
  profilesOf(accountId: string): Promise<readonly Profile[]>;
  findProfile(userId: string): Promise<Profile | undefined>;
  /** @returns false where the account has a profile of the name, or {@link PROFILES_MAX} of them. */
  addProfile(accountId: string, profile: Profile): Promise<boolean>;
  /** @returns false where the account has no such profile, or another one of the name. */
  renameProfile(accountId: string, profile: Profile): Promise<boolean>;
  /** Signs its apps out. What is stored of it is left, for whoever erases it next. */
  endProfile(accountId: string, userId: string): Promise<void>;
  deleteProfile(accountId: string, userId: string): Promise<void>;
}

interface ListedRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly profiles: readonly Profile[];
}

interface StateRow {
  readonly signing_key: string;
  readonly set_up_nonce: string;
  readonly has_accounts: boolean;
}

export function createAccountStore(database: Database): AccountStore {
  return {
    async readState() {
      const { rows } = await database.query<StateRow>('account-read-state');
      const [row] = rows;
      if (row === undefined) throw new Error('a migrated database has a state of accounts');
      return {
        signingKey: row.signing_key,
        setUpNonce: row.set_up_nonce,
        hasAccounts: row.has_accounts,
      };
    },

    create: (account, setUpNonce) =>
      database.transaction(async (transaction) => {
        if (setUpNonce !== undefined) {
          const taken = await transaction.query('account-take-set-up', [setUpNonce]);
          if (taken.rowCount === 0) return false;
        }
        const { id, name, nameKey, passwordHash } = account;
        const made = await transaction.query('account-insert', [id, name, nameKey, passwordHash]);
        if (made.rowCount === 0) return false;
        for (const profile of account.profiles) await insertProfile(transaction, id, profile);
        return true;
      }),

    async find(nameKey) {
      const { rows } = await database.query<Account & { readonly password_hash: string }>(
        'account-find',
        [nameKey],
      );
      const [row] = rows;
      return row && { id: row.id, name: row.name, passwordHash: row.password_hash };
    },

    async list() {
      const { rows } = await database.query<ListedRow>('account-list');
      return rows.map(({ id, name, profiles, created_at, last_used_at }) => ({
        id,
        name,
        profiles,
        createdAtMs: created_at.getTime(),
        lastUsedAtMs: last_used_at?.getTime(),
      }));
    },

    async isFirst(accountId) {
      const { rows } = await database.query<{ readonly is_first: boolean }>('account-is-first', [
        accountId,
      ]);
      return rows[0]?.is_first === true;
    },

    setPassword: (accountId, passwordHash, keptId) =>
      database.transaction(async (transaction) => {
        await transaction.query('account-set-password', [accountId, passwordHash]);
        await transaction.query('account-delete-sign-ins', [accountId, keptId ?? null]);
      }),

    async profilesOf(accountId) {
      const { rows } = await database.query<{ readonly user_id: string; readonly name: string }>(
        'account-list-profiles',
        [accountId],
      );
      return rows.map(({ user_id, name }) => ({ userId: user_id, name }));
    },

    async findProfile(userId) {
      const { rows } = await database.query<{ readonly user_id: string; readonly name: string }>(
        'account-find-profile',
        [userId],
      );
      const [row] = rows;
      return row && { userId: row.user_id, name: row.name };
    },

    addProfile: (accountId, profile) =>
      database.transaction((transaction) => insertProfile(transaction, accountId, profile)),

    renameProfile: (accountId, { userId, name }) =>
      database.transaction(async (transaction) => {
        const renamed = await transaction.query('account-rename-profile', [
          accountId,
          userId,
          name,
        ]);
        return renamed.rowCount === 1;
      }),

    endProfile: (accountId, userId) =>
      database.transaction(async (transaction) => {
        await transaction.query('account-end-profile', [accountId, userId]);
      }),

    deleteProfile: (accountId, userId) =>
      database.transaction(async (transaction) => {
        await transaction.query('account-delete-profile', [accountId, userId]);
      }),
  };
}

/** @returns false where the account has a profile of the name, or as many as it may have. */
async function insertProfile(
  transaction: Queryable,
  accountId: string,
  { userId, name }: Profile,
): Promise<boolean> {
  const params = [userId, accountId, name, PROFILES_MAX];
  return (await transaction.query('account-insert-profile', params)).rowCount === 1;
}
