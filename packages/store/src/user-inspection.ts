import { compareStamps, type ORSetEntry } from '@cuepoint/core';
import type { Database } from './database.ts';
import { withDialect } from './dialect.ts';
import { ofCounters } from './sql-files.ts';
import {
  deviceOfRow,
  entryOfRow,
  playOfRow,
  positionOfRow,
  stampOfRegister,
  type DeviceRow,
  type PlayRow,
  type RegisterRow,
  type SaidRow,
  type TagRow,
} from './rows.ts';
import type { InspectedRows, UserInspection } from './sync-repository.ts';

type InspectedTagRow = TagRow & { created_at: Date; removed_at: Date | null };

/**
 * What was stored last of a user, tombstones included, the newest stamps first; in one snapshot. It costs the rows that
 * it gives. [SQL5] [OPS3]
 */
export async function inspectUser(
  database: Database,
  userId: string,
  rowsMax: number,
): Promise<UserInspection> {
  const params = [userId, rowsMax + 1];
  const { tags, registers, said, plays, devices } = await withDialect(
    database.dialect,
    ({ catchUp }) =>
      database.transaction(
        async (transaction) => ({
          tags: await transaction.query<InspectedTagRow>(
            catchUp === 'counter' ? ofCounters('inspect-watchlist') : 'inspect-watchlist',
            params,
          ),
          registers: await transaction.query<RegisterRow & { updated_at: Date }>(
            'inspect-progress',
            params,
          ),
          said: await transaction.query<SaidRow & { updated_at: Date }>(
            catchUp === 'counter' ? ofCounters('inspect-registers') : 'inspect-registers',
            params,
          ),
          plays: await transaction.query<PlayRow & { created_at: Date; removed_at: Date | null }>(
            catchUp === 'counter' ? ofCounters('inspect-plays') : 'inspect-plays',
            params,
          ),
          devices: await transaction.query<DeviceRow & { revoked_at: Date | null }>(
            'inspect-devices',
            params,
          ),
        }),
        { isolation: 'repeatable read' },
      ),
  );
  const newestOf = <Item>(rows: readonly Item[]): InspectedRows<Item> => ({
    rows: rows.slice(0, rowsMax),
    isTruncated: rows.length > rowsMax,
  });
  const watchlist = tags.rows.map((row) => ({
    entry: entryOfRow(row),
    createdAtMs: row.created_at.getTime(),
    removedAtMs: row.removed_at?.getTime() ?? null,
  }));
  const progress = registers.rows.map((row) => ({
    contentId: row.content_id,
    position: positionOfRow(row),
    stamp: stampOfRegister(row),
    updatedAtMs: row.updated_at.getTime(),
  }));
  return {
    watchlist: newestOf(watchlist.sort((a, b) => lastMsOf(b.entry) - lastMsOf(a.entry))),
    progress: newestOf(progress.sort((a, b) => compareStamps(b.stamp, a.stamp))),
    registers: newestOf(
      said.rows.map((row) => ({
        register: row.kind,
        key: row.key,
        value: row.value,
        stamp: stampOfRegister(row),
        updatedAtMs: row.updated_at.getTime(),
      })),
    ),
    plays: newestOf(
      plays.rows.map((row) => ({
        play: playOfRow(row),
        createdAtMs: row.created_at.getTime(),
        removedAtMs: row.removed_at?.getTime() ?? null,
      })),
    ),
    devices: newestOf(
      devices.rows.map((row) => ({
        device: deviceOfRow(row),
        revokedAtMs: row.revoked_at?.getTime() ?? null,
      })),
    ),
  };
}

function lastMsOf({ added, removed }: ORSetEntry): number {
  return Math.max(added?.timestamp.physical ?? 0, removed?.timestamp.physical ?? 0);
}
