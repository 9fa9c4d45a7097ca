import pg from 'pg';
import type { ProgressChange } from '../support/data-set.ts';
import { onServer } from '../support/server-client.ts';
import type { BenchContext } from '../workload.ts';

/** The origin's connections. */
export const ORIGIN_POOL_SIZE = 16;

/**
 * The origin's progress table: b-trees on every column that it filters by, no room left in a page.
 *
 * Text is collated "C" as in Cuepoint's: what is compared is the design, not a collation.
 */
const TABLES = `
create table origin.user_progress (
  id bigserial primary key,
  user_id uuid not null,
  content_id varchar(255) collate "C" not null,
  position_seconds integer not null check (position_seconds >= 0),
  duration_seconds integer not null check (duration_seconds >= 0),
  state varchar(50) not null check (state in ('playing', 'paused', 'stopped')),
  timestamp_physical bigint not null,
  timestamp_logical integer not null,
  device_id varchar(255) collate "C" not null,
  updated_at timestamptz not null default now(),
  unique (user_id, content_id)
);
create index on origin.user_progress (user_id);
create index on origin.user_progress (content_id);
create index on origin.user_progress (state);
create index on origin.user_progress (updated_at);

create table origin.user_watchlists (
  id bigserial primary key,
  user_id uuid not null,
  content_id varchar(255) collate "C" not null,
  unique_tag varchar(255) collate "C" not null,
  timestamp_physical bigint not null,
  timestamp_logical integer not null,
  device_id varchar(255) collate "C" not null,
  is_removed boolean not null default false,
  created_at timestamptz not null default now(),
  unique (user_id, unique_tag)
);
create index on origin.user_watchlists (user_id);
create index on origin.user_watchlists (content_id);
create index on origin.user_watchlists (is_removed);
create index on origin.user_watchlists (device_id);
`;

export async function createOriginSchema(context: BenchContext, schema = 'origin'): Promise<void> {
  await onServer(context, async (client) => {
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.query(`create schema ${schema}`);
    await client.query(inSchema(TABLES, schema));
  });
}

export const ORIGIN_UPSERT = `
insert into origin.user_progress as t (
  user_id, content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, device_id, updated_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, now())
on conflict (user_id, content_id) do update
set position_seconds = excluded.position_seconds,
    duration_seconds = excluded.duration_seconds,
    state = excluded.state,
    timestamp_physical = excluded.timestamp_physical,
    timestamp_logical = excluded.timestamp_logical,
    device_id = excluded.device_id,
    updated_at = excluded.updated_at
where (t.timestamp_physical, t.timestamp_logical)
  < (excluded.timestamp_physical, excluded.timestamp_logical)`;

/** One statement a change, prepared once a connection. @returns whether it was stored. */
export async function upsertAsOrigin(
  target: pg.Pool | pg.Client,
  { userId, op }: ProgressChange,
  schema = 'origin',
): Promise<boolean> {
  const { rowCount } = await target.query({
    name: 'origin-upsert',
    text: schema === 'origin' ? ORIGIN_UPSERT : inSchema(ORIGIN_UPSERT, schema),
    values: [
      userId,
      op.contentId,
      op.positionSeconds,
      op.durationSeconds,
      op.state,
      op.timestamp.physical,
      op.timestamp.logical,
      op.deviceId,
    ],
  });
  return rowCount === 1;
}

function inSchema(statement: string, schema: string): string {
  return statement.replaceAll('origin.', `${schema}.`);
}

export interface OriginItem {
  readonly contentId: string;
  readonly tag: string;
}

/**
 * The origin's way to save a watchlist: all rows go, the live ones come back. In its favour they come
 * back in one statement.
 */
export async function saveWatchlistAsOrigin(
  client: pg.Client,
  userId: string,
  items: readonly OriginItem[],
  schema = 'origin',
): Promise<void> {
  await client.query('begin');
  await client.query(`delete from ${schema}.user_watchlists where user_id = $1`, [userId]);
  await client.query(
    `insert into ${schema}.user_watchlists (
       user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id
     )
     select $1, content_id, tag, 1, 0, 'device-0' from unnest($2::text[], $3::text[]) as r (content_id, tag)`,
    [userId, items.map(({ contentId }) => contentId), items.map(({ tag }) => tag)],
  );
  await client.query('commit');
}
