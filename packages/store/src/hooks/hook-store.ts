import { createHash, timingSafeEqual } from 'node:crypto';
import type { Database, Queryable } from '../database.ts';

/** A person as a media server calls them. */
export interface HookPerson {
  readonly id?: string;
  readonly name?: string;
}

export interface NewHook {
  readonly id: string;
  readonly userId: string;
  readonly source: string;
  readonly label: string;
  /** SHA-256 of the secret. */
  readonly secretHash: string;
  readonly acceptedUsers: readonly HookPerson[];
}

export type FoundHook = Pick<NewHook, 'id' | 'userId' | 'source' | 'acceptedUsers'>;

export interface ListedHook extends FoundHook {
  readonly label: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | undefined;
}

/** What a step makes of a viewing: `viewing` is stored where it is given. */
export interface ViewingStep<Viewing> {
  readonly viewing?: Viewing;
}

export interface ViewingKey {
  readonly hookId: string;
  /** The file, as its server names it. */
  readonly item: string;
  readonly device: string | undefined;
}

/** Where media servers tell of playbacks. Times are by the database's clock. [HOK1] */
export interface HookStore {
  /** @returns false past {@link HOOKS_MAX} of the user. */
  add(hook: NewHook): Promise<boolean>;
  list(userId: string): Promise<readonly ListedHook[]>;
  find(secretHash: string): Promise<FoundHook | undefined>;
  /** What is left out stays. @returns undefined where the user has none of this id. */
  update(
    userId: string,
    id: string,
    changes: {
      readonly label?: string | undefined;
      readonly acceptedUsers?: readonly HookPerson[] | undefined;
    },
  ): Promise<ListedHook | undefined>;
  /** With its receipts and viewings. @returns false where there is none. */
  remove(userId: string, id: string): Promise<boolean>;
  /** The latest first. */
  receipts(userId: string, id: string): Promise<readonly unknown[]>;
  /** Adds what became of events, the earliest first, and notes the use. Only the last {@link HOOK_RECEIPTS_MAX} are kept. */
  addReceipts(hookId: string, receipts: readonly unknown[]): Promise<void>;
  /**
   * Steps a viewing; one step after the other, over all instances.
   *
   * @param step told the stored one, and the one of another file that was last on the same device. It may be called again.
   */
  advance<Viewing, Step extends ViewingStep<Viewing>>(
    key: ViewingKey,
    step: (stored: Viewing | undefined, before: Viewing | undefined) => Step,
  ): Promise<Step>;
  /** @param viewing undefined: forgets it. */
  setViewing(key: ViewingKey, viewing: unknown): Promise<void>;
}

/** Of one user. */
export const HOOKS_MAX = 20;
export const HOOK_RECEIPTS_MAX = 20;
/** Files of a hook whose viewing is remembered: those that were heard of last. */
const VIEWINGS_MAX = 2_000;
const DEVICE_LENGTH_MAX = 255;

interface HookRow {
  readonly id: string;
  readonly user_id: string;
  readonly source: string;
  readonly label: string;
  readonly accepted_users: readonly HookPerson[];
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}

export function createHookStore(database: Database): HookStore {
  return {
    async add({ id, userId, source, label, secretHash, acceptedUsers }) {
      const people = JSON.stringify(acceptedUsers);
      return database.transaction(async (transaction) => {
        // Two that are added at once would each count without the other.
        await transaction.query('lock-name', [`cuepoint.hooks.${database.schema}.${userId}`]);
        const params = [id, userId, source, label, secretHash, people, HOOKS_MAX];
        return (await transaction.query('hook-insert', params)).rowCount > 0;
      });
    },

    async list(userId) {
      const { rows } = await database.query<HookRow>('hook-list', [userId]);
      return rows.map(toListed);
    },

    async find(secretHash) {
      const { rows } = await database.query<HookRow & { readonly secret_hash: string }>(
        'hook-find',
        [secretHash],
      );
      const [row] = rows;
      return row !== undefined && isSameText(row.secret_hash, secretHash)
        ? toFound(row)
        : undefined;
    },

    async update(userId, id, { label, acceptedUsers }) {
      const people = acceptedUsers === undefined ? null : JSON.stringify(acceptedUsers);
      return database.transaction(async (transaction) => {
        const params = [userId, id, label ?? null, people];
        const { rows } = await transaction.query<HookRow>('hook-update', params);
        return rows[0] && toListed(rows[0]);
      });
    },

    remove: (userId, id) =>
      database.transaction(
        async (transaction) => (await transaction.query('hook-delete', [userId, id])).rowCount > 0,
      ),

    async receipts(userId, id) {
      const params = [userId, id, HOOK_RECEIPTS_MAX];
      const { rows } = await database.query<{ readonly receipt: unknown }>(
        'hook-list-receipts',
        params,
      );
      return rows.map(({ receipt }) => receipt);
    },

    addReceipts: (hookId, receipts) =>
      database.transaction(async (transaction) => {
        await transaction.query('hook-touch', [hookId]);
        const last = receipts.slice(-HOOK_RECEIPTS_MAX);
        await transaction.query('hook-insert-receipts', [hookId, JSON.stringify(last)]);
        await transaction.query('hook-prune-receipts', [hookId, HOOK_RECEIPTS_MAX]);
      }),

    advance: (key, step) =>
      database.transaction(async (transaction) => {
        type Viewing = Parameters<typeof step>[0];
        const params = [key.hookId, hashOfItem(key.item)];
        const read = async (name: string, more: readonly string[] = []) =>
          (await transaction.query<{ readonly viewing: Viewing }>(name, [...params, ...more]))
            .rows[0]?.viewing;
        let stored = await read('hook-get-viewing');
        let before: Viewing;
        if (stored === undefined) {
          // There is no row yet that another instance would wait for.
          await transaction.query('hook-lock', [key.hookId]);
          stored = await read('hook-get-viewing');
        }
        const device = deviceOf(key);
        if (device !== null) before = await read('hook-last-viewing', [device]);
        const stepped = step(stored, before);
        if (stepped.viewing !== undefined) {
          await write(transaction, key, stepped.viewing);
          if (stored === undefined)
            await transaction.query('hook-prune-viewings', [key.hookId, VIEWINGS_MAX]);
        }
        return stepped;
      }),

    setViewing: (key, viewing) =>
      database.transaction(async (transaction) => {
        if (viewing !== undefined) return write(transaction, key, viewing);
        await transaction.query('hook-delete-viewing', [key.hookId, hashOfItem(key.item)]);
      }),
  };
}

async function write(transaction: Queryable, key: ViewingKey, viewing: unknown): Promise<void> {
  const params = [key.hookId, hashOfItem(key.item), deviceOf(key), JSON.stringify(viewing)];
  await transaction.query('hook-set-viewing', params);
}

/** Names of servers and files are as long as they are. */
function hashOfItem(item: string): string {
  return createHash('sha256').update(item).digest('base64url');
}

function deviceOf({ device }: ViewingKey): string | null {
  return device?.slice(0, DEVICE_LENGTH_MAX) ?? null;
}

function isSameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function toFound({ id, user_id, source, accepted_users }: HookRow): FoundHook {
  return { id, userId: user_id, source, acceptedUsers: accepted_users };
}

function toListed(row: HookRow): ListedHook {
  return {
    ...toFound(row),
    label: row.label,
    createdAtMs: row.created_at.getTime(),
    lastUsedAtMs: row.last_used_at?.getTime(),
  };
}
