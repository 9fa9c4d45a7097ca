import { Buffer } from 'node:buffer';
import { CuepointError, type JsonValue, type Stamp } from '@cuepoint/core';
import { invalidCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { stampOfRegister, type SaidRow } from './rows.ts';
import { LIST_LIMIT_MAX, type ListOptions, type ListPage } from './sync-repository.ts';

/** One register as it is stored. */
export interface StoredRegister {
  readonly key: string;
  /** `null` once cleared. */
  readonly value: JsonValue | null;
  readonly stamp: Stamp;
  /** When it was said, by now, in ms since the epoch. */
  readonly updatedAtMs: number;
}

export interface RegistersRequest {
  /** `watched`, say. */
  readonly kind: string;
  /** Only these, at most {@link LIST_LIMIT_MAX}; without them every key, page by page. */
  readonly keys?: readonly string[];
}

type UpdatedRow = SaidRow & { readonly updated_at: Date };

/** One register, a cleared one as well; it costs a row. [OPS3] */
export async function readRegister(
  database: Database,
  userId: string,
  kind: string,
  key: string,
): Promise<StoredRegister | undefined> {
  const params = [userId, kind, key];
  const { rows } = await database.query<UpdatedRow>('get-register', params);
  return rows[0] === undefined ? undefined : toRegister(rows[0]);
}

/**
 * Registers of one kind by key; cleared ones are left out, and a page with them ends before it is full: it costs its own
 * rows. [OPS3]
 *
 * @throws CuepointError `limit_exceeded`, `invalid_cursor`
 */
export async function readRegisters(
  database: Database,
  userId: string,
  { kind, keys, limit, after }: RegistersRequest & ListOptions,
): Promise<ListPage<StoredRegister>> {
  if (
    !Number.isInteger(limit) ||
    limit < 1 ||
    Math.max(limit, keys?.length ?? 0) > LIST_LIMIT_MAX
  ) {
    throw new CuepointError('limit_exceeded', `A list has 1 to ${LIST_LIMIT_MAX} items a page.`, {
      field: 'limit',
      limit: { name: 'limit', value: LIST_LIMIT_MAX },
    });
  }
  if (keys !== undefined) {
    const { rows } = await database.query<UpdatedRow>('get-registers', [userId, kind, [...keys]]);
    return { items: rows.map(toRegister), total: rows.length };
  }
  const params = [userId, kind, after === undefined ? '' : textToKey(after), limit + 1];
  const { rows } = await database.query<UpdatedRow>('list-registers', params);
  const looked = rows.slice(0, limit);
  const items = looked.filter(({ value }) => value !== null).map(toRegister);
  const last = looked.at(-1);
  if (rows.length > limit && last !== undefined) return { items, nextCursor: keyToText(last.key) };
  return after === undefined ? { items, total: items.length } : { items };
}

function toRegister(row: UpdatedRow): StoredRegister {
  const { key, value } = row;
  return { key, value, stamp: stampOfRegister(row), updatedAtMs: row.updated_at.getTime() };
}

const KEY_LENGTH_MAX = 1_024;

function keyToText(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function textToKey(text: string): string {
  const key = Buffer.from(text, 'base64url').toString();
  if (key.length > KEY_LENGTH_MAX || key.includes('\0') || keyToText(key) !== text) {
    throw invalidCursor();
  }
  return key;
}
