import type { Database } from './database.ts';
import {
  deviceOfRow,
  entryOfRow,
  positionOfRow,
  stampOfRegister,
  type DeviceRow,
  type RegisterRow,
  type TagRow,
} from './rows.ts';
import type { InspectedRows, UserInspection } from './sync-repository.ts';

interface Counted {
  /** Of all rows of the user, also of those that are not on the page. */
  readonly total: number;
}

/** What is stored of a user, the newest rows first, tombstones included; in one snapshot. [SQL5] */
export async function inspectUser(
  database: Database,
  userId: string,
  rowsMax: number,
): Promise<UserInspection> {
  const params = [userId, rowsMax];
  const { tags, registers, devices } = await database.transaction(
    async (transaction) => ({
      tags: await transaction.query<
        TagRow & Counted & { created_at: Date; removed_at: Date | null }
      >('inspect-watchlist', params),
      registers: await transaction.query<RegisterRow & Counted & { updated_at: Date }>(
        'inspect-progress',
        params,
      ),
      devices: await transaction.query<DeviceRow & Counted & { revoked_at: Date | null }>(
        'inspect-devices',
        params,
      ),
    }),
    { isolation: 'repeatable read' },
  );
  return {
    watchlist: toInspectedRows(tags.rows, (row) => ({
      entry: entryOfRow(row),
      createdAtMs: row.created_at.getTime(),
      removedAtMs: row.removed_at?.getTime() ?? null,
    })),
    progress: toInspectedRows(registers.rows, (row) => ({
      contentId: row.content_id,
      position: positionOfRow(row),
      stamp: stampOfRegister(row),
      updatedAtMs: row.updated_at.getTime(),
    })),
    devices: toInspectedRows(devices.rows, (row) => ({
      device: deviceOfRow(row),
      revokedAtMs: row.revoked_at?.getTime() ?? null,
    })),
  };
}

function toInspectedRows<Row extends Counted, Item>(
  rows: readonly Row[],
  toItem: (row: Row) => Item,
): InspectedRows<Item> {
  return { rows: rows.map(toItem), total: rows[0]?.total ?? 0 };
}
