import { plainArray } from '../array-literal.ts';
import type { Database, Queryable } from '../database.ts';

/** A browser that is signed in to the console. */
export interface Browser {
  /** Of the sign-in. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly nameKey: string;
}

/** An app of a profile, such as the one of a TV. */
export interface AppSignIn {
  readonly id: string;
  readonly userId: string;
  readonly deviceId: string | undefined;
}

export interface NewApp {
  readonly id: string;
  readonly userId: string;
  readonly label: string;
  readonly deviceId: string | undefined;
  /** Of its first refresh token. */
  readonly tokenHash: string;
}

export interface ListedSignIn {
  readonly id: string;
  /** Of an app; a browser has none. */
  readonly profile: { readonly userId: string; readonly name: string } | undefined;
  readonly label: string;
  readonly deviceId: string | undefined;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
}

export type Rotation =
  /** Also of a token that was rotated a moment ago: its answer was lost. */
  | { readonly outcome: 'rotated'; readonly signIn: AppSignIn }
  | { readonly outcome: 'unknown' }
  /** An old one was used again: whatever came of it is signed out. */
  | { readonly outcome: 'reused'; readonly userId: string };

/** What people are signed in with. What is ended is deleted; times are by the database's clock. [ACC4] [ACC5] */
export interface SignInStore {
  addBrowser(browser: {
    readonly id: string;
    readonly accountId: string;
    readonly label: string;
    readonly cookieHash: string;
  }): Promise<void>;
  /** Its use is noted, and makes it last longer. */
  findBrowser(cookieHash: string): Promise<Browser | undefined>;
  /** Puts the successor into the token's place. */
  rotate(tokenHash: string, successorHash: string): Promise<Rotation>;
  /** Whether a sign-in is good for the user now; its use is noted. */
  use(id: string, userId: string): Promise<boolean>;
  /** Those of these that are good for the user now. */
  openOf(userId: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  list(accountId: string): Promise<readonly ListedSignIn[]>;
  /** @returns false where there is none. */
  end(accountId: string, id: string): Promise<boolean>;
  /**
   * Ends an app by its refresh token, an old one too, or by its id.
   *
   * @returns whose live sessions end.
   */
  revokeApp(by: { readonly id?: string; readonly tokenHash?: string }): Promise<string | undefined>;
  /** Ends all of the account but one. */
  endOthers(accountId: string, keptId: string): Promise<void>;
}

/** Without any use. */
const BROWSER_LIFE = '30 days';
const APP_LIFE = '180 days';
/** A rotated token is told from one that never was for this long. */
const ROTATED_KEPT = '60 days';
/** After a rotation: the answer may have been lost. [ACC4] */
export const ROTATION_GRACE_MS = 30_000;

interface BrowserRow {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly name_key: string;
  readonly is_stale: boolean;
}

interface RefreshRow {
  readonly id: string;
  readonly account_id: string;
  readonly user_id: string;
  readonly device_id: string | null;
  readonly is_open: boolean;
  readonly is_rotated: boolean;
  readonly is_in_grace: boolean;
}

interface ListedRow {
  readonly id: string;
  readonly user_id: string | null;
  readonly profile_name: string | null;
  readonly label: string;
  readonly device_id: string | null;
  readonly created_at: Date;
  readonly last_used_at: Date;
}

export function createSignInStore(database: Database): SignInStore {
  const touch = (id: string, life: string) => database.query('account-touch-sign-in', [id, life]);

  return {
    addBrowser: ({ id, accountId, label, cookieHash }) =>
      database.transaction(async (transaction) => {
        await transaction.query('account-prune-sign-ins', [accountId]);
        const params = [id, accountId, label, cookieHash, BROWSER_LIFE];
        await transaction.query('account-insert-browser', params);
      }),

    async findBrowser(cookieHash) {
      const { rows } = await database.query<BrowserRow>('account-find-browser', [cookieHash]);
      const [row] = rows;
      if (row === undefined) return undefined;
      if (row.is_stale) await touch(row.id, BROWSER_LIFE);
      return { id: row.id, accountId: row.account_id, name: row.name, nameKey: row.name_key };
    },

    rotate: (tokenHash, successorHash) =>
      database.transaction(async (transaction): Promise<Rotation> => {
        const params = [tokenHash, ROTATION_GRACE_MS];
        const { rows } = await transaction.query<RefreshRow>('account-find-refresh', params);
        const [row] = rows;
        if (row === undefined || !row.is_open) return { outcome: 'unknown' };
        const { id, account_id, user_id, device_id } = row;
        if (!row.is_in_grace) {
          await transaction.query('account-delete-sign-in', [account_id, id]);
          return { outcome: 'reused', userId: user_id };
        }
        if (!row.is_rotated) {
          await transaction.query('account-rotate-refresh', [tokenHash]);
          await transaction.query('account-insert-refresh', [successorHash, id]);
          await transaction.query('account-touch-sign-in', [id, APP_LIFE]);
          await transaction.query('account-prune-refresh', [id, ROTATED_KEPT]);
        }
        const signIn = { id, userId: user_id, deviceId: device_id ?? undefined };
        return { outcome: 'rotated', signIn };
      }),

    async use(id, userId) {
      const { rows } = await database.query<{
        readonly user_id: string | null;
        readonly is_stale: boolean;
      }>('account-find-sign-in', [id, userId]);
      const [row] = rows;
      if (row?.is_stale === true) await touch(id, row.user_id === null ? BROWSER_LIFE : APP_LIFE);
      return row !== undefined;
    },

    async openOf(userId, ids) {
      const { rows } = await database.query<{ readonly id: string }>('account-find-open', [
        userId,
        plainArray(ids),
      ]);
      return new Set(rows.map(({ id }) => id));
    },

    async list(accountId) {
      const { rows } = await database.query<ListedRow>('account-list-sign-ins', [accountId]);
      return rows.map(toListed);
    },

    end: (accountId, id) =>
      database.transaction(async (transaction) => {
        const ended = await transaction.query('account-delete-sign-in', [accountId, id]);
        return ended.rowCount > 0;
      }),

    revokeApp: ({ id, tokenHash }) =>
      database.transaction(async (transaction) => {
        const { rows } = await transaction.query<{ readonly user_id: string }>(
          'account-revoke-app',
          [id ?? null, tokenHash ?? null],
        );
        return rows[0]?.user_id;
      }),

    endOthers: (accountId, keptId) =>
      database.transaction(async (transaction) => {
        await transaction.query('account-delete-sign-ins', [accountId, keptId]);
      }),
  };
}

/** @returns false where the profile is gone. */
export async function addApp(
  transaction: Queryable,
  { id, userId, label, deviceId, tokenHash }: NewApp,
): Promise<boolean> {
  const params = [id, userId, label, deviceId ?? null, APP_LIFE];
  const added = await transaction.query('account-insert-app', params);
  if (added.rowCount === 0) return false;
  await transaction.query('account-insert-refresh', [tokenHash, id]);
  return true;
}

function toListed(row: ListedRow): ListedSignIn {
  const { id, user_id, profile_name, label, device_id, created_at, last_used_at } = row;
  return {
    id,
    profile:
      user_id === null || profile_name === null
        ? undefined
        : { userId: user_id, name: profile_name },
    label,
    deviceId: device_id ?? undefined,
    createdAtMs: created_at.getTime(),
    lastUsedAtMs: last_used_at.getTime(),
  };
}
