import { plainArray } from './array-literal.ts';
import type { Queryable } from './database.ts';
import type { Dialect } from './dialect.ts';

export interface DeviceKey {
  readonly userId: string;
  readonly deviceId: string;
}

interface DeviceKeyRow {
  readonly user_id: string;
  readonly device_id: string;
}

/** Marks devices offline that sent no heartbeat since `before`, at most `max` of them. [LIV6] */
export async function markStaleDevices(
  transaction: Queryable,
  before: Date,
  max: number,
  { batch }: Dialect,
): Promise<readonly DeviceKey[]> {
  const rows =
    batch === 'unnest'
      ? (await transaction.query<DeviceKeyRow>('mark-stale-devices', [before, max])).rows
      : await markUserByUser(transaction, before, max);
  return rows.map((row) => ({ userId: row.user_id, deviceId: row.device_id }));
}

async function markUserByUser(
  transaction: Queryable,
  before: Date,
  max: number,
): Promise<readonly DeviceKeyRow[]> {
  const { rows: found } = await transaction.query<DeviceKeyRow>('find-stale-devices', [
    before,
    max,
  ]);
  const devicesByUser = new Map<string, string[]>();
  for (const { user_id, device_id } of found) {
    const devices = devicesByUser.get(user_id);
    if (devices === undefined) devicesByUser.set(user_id, [device_id]);
    else devices.push(device_id);
  }
  const marked: DeviceKeyRow[] = [];
  for (const [userId, devices] of devicesByUser) {
    const { rows: free } = await transaction.query<DeviceKeyRow>('lock-stale-devices', [
      userId,
      plainArray(devices),
      before,
    ]);
    if (free.length === 0) continue;
    const { rows } = await transaction.query<DeviceKeyRow>('mark-devices-offline', [
      userId,
      plainArray(free.map((row) => row.device_id)),
    ]);
    marked.push(...rows);
  }
  return marked;
}
