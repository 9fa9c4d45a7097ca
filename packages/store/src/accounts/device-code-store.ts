import type { Database, Queryable } from '../database.ts';
import { addApp, ROTATION_GRACE_MS, type AppSignIn } from './sign-in-store.ts';

export interface NewDeviceCode {
  readonly deviceCodeHash: string;
  /** What a person types, without anything between the letters. */
  readonly userCode: string;
  /** What the screen calls itself. */
  readonly label: string;
  readonly deviceId: string | undefined;
}

/** A screen that waits for a person. */
export interface WaitingScreen {
  readonly label: string;
  readonly createdAtMs: number;
}

/** What a screen hears that asks whether it is signed in. */
export type Poll =
  | { readonly outcome: 'pending' | 'too_fast' | 'denied' | 'expired' | 'used' | 'unknown' }
  /** Once; for half a minute more the same one again: its answer may have been lost. */
  | { readonly outcome: 'granted'; readonly signIn: AppSignIn };

/** Screens that wait for a person to confirm them (RFC 8628). Times are by the database's clock. [ACC3] */
export interface DeviceCodeStore {
  /** @returns false where the letters are in use, or too many wait. */
  add(code: NewDeviceCode): Promise<boolean>;
  find(userCode: string): Promise<WaitingScreen | undefined>;
  /**
   * Once for each code.
   *
   * @param userId the profile that was picked; undefined to deny.
   * @returns false where nothing waits under these letters.
   */
  decide(userCode: string, userId: string | undefined): Promise<boolean>;
  /** @param signIn what becomes of the code if it was confirmed. */
  poll(
    deviceCodeHash: string,
    signIn: { readonly id: string; readonly tokenHash: string },
  ): Promise<Poll>;
}

export const DEVICE_CODE_LIFE_SECONDS = 10 * 60;
export const POLL_INTERVAL_SECONDS = 5;
/** That live at one time: each is a row that anybody can make. */
export const DEVICE_CODES_MAX = 1_000;

const LIFE = `${DEVICE_CODE_LIFE_SECONDS} seconds`;
const INTERVAL = `${POLL_INTERVAL_SECONDS} seconds`;

interface PollRow {
  readonly user_id: string | null;
  readonly label: string;
  readonly device_id: string | null;
  readonly sign_in_id: string | null;
  readonly is_denied: boolean;
  readonly is_expired: boolean;
  readonly is_over: boolean;
  readonly is_used: boolean;
  readonly is_in_grace: boolean;
  readonly is_too_fast: boolean;
}

export function createDeviceCodeStore(database: Database): DeviceCodeStore {
  return {
    add: ({ deviceCodeHash, userCode, label, deviceId }) =>
      database.transaction(async (transaction) => {
        await transaction.query('account-prune-codes');
        const params = [deviceCodeHash, userCode, label, deviceId ?? null, LIFE, DEVICE_CODES_MAX];
        return (await transaction.query('account-insert-code', params)).rowCount === 1;
      }),

    async find(userCode) {
      const { rows } = await database.query<{ readonly label: string; readonly created_at: Date }>(
        'account-find-code',
        [userCode],
      );
      const [row] = rows;
      return row && { label: row.label, createdAtMs: row.created_at.getTime() };
    },

    decide: (userCode, userId) =>
      database.transaction(async (transaction) => {
        const params = [userCode, userId ?? null];
        return (await transaction.query('account-decide-code', params)).rowCount === 1;
      }),

    poll: (deviceCodeHash, signIn) =>
      database.transaction(async (transaction): Promise<Poll> => {
        const params = [deviceCodeHash, ROTATION_GRACE_MS, INTERVAL];
        const { rows } = await transaction.query<PollRow>('account-poll-code', params);
        const [row] = rows;
        if (row === undefined) return { outcome: 'unknown' };
        if (row.is_used) return pollUsed(row);
        if (row.is_denied) return { outcome: 'denied' };
        // Confirmed in time, fetched a little later.
        if (row.is_over || (row.is_expired && row.user_id === null)) return { outcome: 'expired' };
        if (row.user_id !== null) {
          return grant(transaction, deviceCodeHash, { ...row, user_id: row.user_id }, signIn);
        }
        if (row.is_too_fast) return { outcome: 'too_fast' };
        await transaction.query('account-polled-code', [deviceCodeHash, INTERVAL]);
        return { outcome: 'pending' };
      }),
  };
}

function pollUsed({ is_in_grace, sign_in_id, user_id, device_id }: PollRow): Poll {
  if (!is_in_grace || sign_in_id === null || user_id === null) return { outcome: 'used' };
  const signIn = { id: sign_in_id, userId: user_id, deviceId: device_id ?? undefined };
  return { outcome: 'granted', signIn };
}

async function grant(
  transaction: Queryable,
  deviceCodeHash: string,
  { user_id: userId, label, device_id }: PollRow & { readonly user_id: string },
  { id, tokenHash }: { readonly id: string; readonly tokenHash: string },
): Promise<Poll> {
  const deviceId = device_id ?? undefined;
  await addApp(transaction, { id, userId, label, deviceId, tokenHash });
  await transaction.query('account-use-code', [deviceCodeHash, id]);
  return { outcome: 'granted', signIn: { id, userId, deviceId } };
}
