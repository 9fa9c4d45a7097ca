import { createHash } from 'node:crypto';
import type { ProgressSetOp, Timestamp } from '@cuepoint/core';
import type { Scale } from '../workload.ts';

/** The same ids in SQL: see `prefillProgress`. */
export function userIdOf(user: number): string {
  const hex = createHash('md5').update(`user-${user}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function contentIdOf(content: number): string {
  return `title-${String(content).padStart(6, '0')}`;
}

/** Ever greater stamps, as one clock would mint them for all devices. */
export function createStamps(now: () => number = Date.now): () => Timestamp {
  let physical = 0;
  let logical = 0;
  return () => {
    const nowMs = now();
    if (nowMs > physical) {
      physical = nowMs;
      logical = 0;
    } else if (logical === 0xffff) {
      physical += 1;
      logical = 0;
    } else {
      logical += 1;
    }
    return { physical, logical };
  };
}

export interface ProgressChange {
  readonly userId: string;
  readonly op: ProgressSetOp;
}

/** A person does something that often; what is reported between two acts continues the first. */
const ACT_MS = 600_000;

/** A timer's reports of many devices, uniform over the prefilled (user, content) pairs. */
export function createProgressChanges(
  { users, contentsPerUser }: Pick<Scale, 'users' | 'contentsPerUser'>,
  random: () => number = Math.random,
): (caller: number) => ProgressChange {
  const userIds = Array.from({ length: users }, (_, user) => userIdOf(user));
  const contentIds = Array.from({ length: contentsPerUser }, (_, content) => contentIdOf(content));
  const nextStamp = createStamps();
  return (caller) => {
    const pair = Math.floor(random() * users * contentsPerUser);
    const spin = random();
    const timestamp = nextStamp();
    return {
      userId: userIds[Math.floor(pair / contentsPerUser)] ?? '',
      op: {
        kind: 'progress.set',
        contentId: contentIds[pair % contentsPerUser] ?? '',
        positionSeconds: Math.floor(random() * 5_400),
        durationSeconds: 5_400,
        state: spin < 0.8 ? 'playing' : spin < 0.95 ? 'paused' : 'stopped',
        timestamp,
        // Of devices that take turns each report is the greatest: claims never go back.
        claim: { physical: timestamp.physical - (timestamp.physical % ACT_MS), logical: 0 },
        deviceId: `device-${caller % 4}`,
      },
    };
  };
}

/** SQL that fills a progress table with every pair, in no order that an index knows. */
export function prefillProgress(table: string, { users, contentsPerUser }: Scale): string {
  return `
    insert into ${table} (
      user_id, content_id, position_seconds, duration_seconds, state,
      timestamp_physical, timestamp_logical, device_id
    )
    select
      md5('user-' || pair / ${contentsPerUser})::uuid,
      'title-' || lpad((pair % ${contentsPerUser})::text, 6, '0'),
      pair % 5400, 5400, 'playing', 1000, 0, 'device-0'
    from generate_series(0, ${users * contentsPerUser - 1}) as pair
    order by md5(pair::text)`;
}

/**
 * SQL that updates as many random rows as the table has, in batches with a commit each: dead rows, page
 * pruning and the write-ahead log's full pages are as in a table that has been written to for long.
 */
export function ageProgress(table: string, { users, contentsPerUser }: Scale): string {
  const rows = users * contentsPerUser;
  return `
    do $$
    begin
      for batch in 1..${Math.ceil(rows / 500)} loop
        update ${table}
        set timestamp_physical = timestamp_physical + 1,
            state = (array['playing', 'paused'])[1 + batch % 2],
            updated_at = clock_timestamp()
        where id in (select 1 + floor(random() * ${rows})::bigint from generate_series(1, 500));
        commit;
      end loop;
    end
    $$`;
}
