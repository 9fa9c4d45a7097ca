-- Watch state: watchlist, progress and devices of every user.
--
-- Files name the schema `cuepoint`; the loader writes the configured schema's quoted name there.
-- What each index is for, and why it is of its kind: docs/decisions/0003-index-kinds.md

create function cuepoint.is_completed(position_seconds integer, duration_seconds integer)
returns boolean
language sql immutable strict parallel safe
-- The one place in SQL that knows the threshold. [LWW5]
return duration_seconds > 0 and position_seconds >= 0.9 * duration_seconds;

create table cuepoint.user_watchlists (
  id bigserial primary key,
  user_id uuid not null,
  content_id varchar(255) collate "C" not null,
  unique_tag varchar(255) collate "C" not null,
  -- The add's stamp; null while only a removal of the tag has arrived. [ORS4]
  timestamp_physical bigint,
  timestamp_logical integer,
  device_id varchar(255) collate "C",
  is_removed boolean not null default false,
  created_at timestamptz not null default now(),
  -- Server time of the removal: what retention counts from. [CUR3]
  removed_at timestamptz,
  -- The least stamp among the removals that arrived.
  removed_by varchar(255) collate "C",
  removed_physical bigint,
  removed_logical integer,
  -- The transaction that changed the row last: what cursors compare. [CUR1]
  changed_xid xid8 not null default pg_current_xact_id(),
  constraint user_watchlists_user_id_unique_tag_key unique (user_id, unique_tag),
  constraint user_watchlists_add_is_whole check (
    (timestamp_physical is null) = (timestamp_logical is null)
    and (timestamp_physical is null) = (device_id is null)
  ),
  constraint user_watchlists_removal_is_whole check (
    is_removed = (removed_at is not null)
    and is_removed = (removed_by is not null)
    and is_removed = (removed_physical is not null)
    and is_removed = (removed_logical is not null)
  ),
  constraint user_watchlists_add_or_removal check (is_removed or timestamp_physical is not null),
  constraint user_watchlists_timestamp_range check (
    timestamp_physical between 0 and 281474976710655
    and timestamp_logical between 0 and 65535
    and removed_physical between 0 and 281474976710655
    and removed_logical between 0 and 65535
  )
);

create index idx_watchlists_user on cuepoint.user_watchlists (user_id) where not is_removed;
create index idx_watchlists_content on cuepoint.user_watchlists (user_id, content_id)
  where not is_removed;
create index idx_watchlists_removed on cuepoint.user_watchlists (removed_at) where is_removed;
create index idx_watchlists_device on cuepoint.user_watchlists using brin (device_id);

create table cuepoint.user_progress (
  id bigserial primary key,
  user_id uuid not null,
  content_id varchar(255) collate "C" not null,
  position_seconds integer not null check (position_seconds >= 0),
  duration_seconds integer not null check (duration_seconds >= 0),
  state varchar(50) not null check (state in ('playing', 'paused', 'stopped')),
  timestamp_physical bigint not null check (timestamp_physical between 0 and 281474976710655),
  timestamp_logical integer not null check (timestamp_logical between 0 and 65535),
  device_id varchar(255) collate "C" not null,
  updated_at timestamptz not null default now(),
  is_cleared boolean not null default false,
  changed_xid xid8 not null default pg_current_xact_id(),
  constraint user_progress_user_id_content_id_key unique (user_id, content_id)
) with (fillfactor = 70);

create index idx_progress_user on cuepoint.user_progress (user_id) where not is_cleared;
create index idx_progress_content on cuepoint.user_progress using brin (content_id);
create index idx_progress_state on cuepoint.user_progress using brin (state);
create index idx_progress_updated on cuepoint.user_progress using brin (updated_at);

create table cuepoint.user_devices (
  id bigserial primary key,
  user_id uuid not null,
  device_id varchar(255) collate "C" not null,
  device_type varchar(50) not null check (device_type in ('TV', 'Phone', 'Tablet', 'Web', 'Desktop')),
  platform varchar(50) not null,
  capabilities jsonb not null default '{}',
  app_version varchar(50) not null,
  last_seen timestamptz not null default now(),
  is_online boolean not null default true,
  device_name varchar(255),
  created_at timestamptz not null default now(),
  -- A deleted device keeps its row, so that its id is never taken again. [SEC1]
  revoked_at timestamptz,
  constraint user_devices_user_id_device_id_key unique (user_id, device_id)
) with (fillfactor = 70);

create index idx_devices_user on cuepoint.user_devices (user_id) where revoked_at is null;
create index idx_devices_online on cuepoint.user_devices (user_id) where is_online;
create index idx_devices_last_seen on cuepoint.user_devices using brin (last_seen);
create index idx_devices_type on cuepoint.user_devices (device_type);

-- What garbage collection leaves behind of a user: no add at or below it is ever stored. [CUR4]
create table cuepoint.user_floors (
  user_id uuid primary key,
  collected_physical bigint not null,
  collected_logical integer not null
);

-- What erasure leaves behind of a user.
create table cuepoint.user_erasures (
  user_id uuid primary key,
  erased_physical bigint not null,
  erased_at timestamptz not null,
  changed_xid xid8 not null default pg_current_xact_id()
);

-- One row: which database this is, and how far garbage collection got. [CUR2] [CUR3]
create table cuepoint.sync_state (
  only_row boolean primary key default true check (only_row),
  incarnation uuid not null default gen_random_uuid(),
  system_identifier bigint not null,
  cursor_floor xid8 not null default '0',
  floor_raised_at timestamptz
);

insert into cuepoint.sync_state (system_identifier)
select system_identifier from pg_control_system();

create view cuepoint.effective_watchlists as
select
  user_id,
  content_id,
  (array_agg(timestamp_physical order by timestamp_physical, timestamp_logical, device_id))[1]
    as timestamp_physical,
  (array_agg(timestamp_logical order by timestamp_physical, timestamp_logical, device_id))[1]
    as timestamp_logical,
  (array_agg(device_id order by timestamp_physical, timestamp_logical, device_id))[1] as device_id,
  array_agg(unique_tag order by timestamp_physical, timestamp_logical, device_id) as tags,
  min(created_at) as created_at
from cuepoint.user_watchlists
where not is_removed
group by user_id, content_id;

create view cuepoint.in_progress_content as
select
  user_id, content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, device_id, updated_at
from cuepoint.user_progress
where not is_cleared
  and position_seconds > 0
  and not cuepoint.is_completed(position_seconds, duration_seconds);

create view cuepoint.completed_content as
select
  user_id, content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, device_id, updated_at
from cuepoint.user_progress
where not is_cleared and cuepoint.is_completed(position_seconds, duration_seconds);

create view cuepoint.online_devices_summary as
select
  user_id,
  count(*) as online_devices,
  array_agg(distinct device_type order by device_type) as device_types,
  max(last_seen) as last_seen
from cuepoint.user_devices
where is_online and revoked_at is null
group by user_id;

-- Returns how many devices went offline. The default is the service's own `staleAfterMs`. [LIV6]
create function cuepoint.mark_stale_devices_offline(
  at timestamptz default now(),
  stale_after interval default interval '5 minutes'
)
returns integer
language sql
begin atomic
  -- In key order, and past what a writer holds: never in a deadlock with heartbeats. [SQL4]
  with stale as (
    select id
    from cuepoint.user_devices
    where is_online and last_seen < at - stale_after
    order by user_id, device_id
    for update skip locked
  ),
  marked as (
    update cuepoint.user_devices d
    set is_online = false
    from stale
    where d.id = stale.id
    returning 1
  )
  select count(*)::integer from marked;
end;

-- Deletes tombstones that an earlier run covered with floors. [CUR3]
--
-- The run that raised the floors must be `grace` old: a statement that began before the floors were
-- committed could still insert an add that they refuse, and it has ended by then.
create function cuepoint.delete_collected_tombstones(
  at timestamptz, removed_before timestamptz, grace interval, max_rows bigint
)
returns bigint
language sql
begin atomic
  with doomed as (
    select w.id
    from cuepoint.user_watchlists w
    join cuepoint.user_floors f using (user_id)
    cross join cuepoint.sync_state s
    where w.is_removed
      and w.removed_at < removed_before
      and s.floor_raised_at <= at - grace
      and w.changed_xid <= s.cursor_floor
      and (f.collected_physical, f.collected_logical) >= (
        coalesce(w.timestamp_physical, w.removed_physical),
        coalesce(w.timestamp_logical, w.removed_logical)
      )
    limit max_rows
    for update of w skip locked
  ),
  deleted as (
    delete from cuepoint.user_watchlists w using doomed where w.id = doomed.id returning 1
  )
  select count(*) from deleted;
end;

-- Covers the tombstones that are due with floors, and returns for how many users. [CUR3]
--
-- Nothing is raised while the floors of the last run wait for their grace: raising them again would
-- start the wait anew, and a run every few minutes would never delete anything.
create function cuepoint.raise_collection_floors(
  at timestamptz, removed_before timestamptz, grace interval
)
returns bigint
language plpgsql
as $$
declare
  users bigint;
begin
  perform 1 from cuepoint.sync_state s
  where s.floor_raised_at is null or s.floor_raised_at <= at - grace
  for update;
  if not found then
    return 0;
  end if;

  with due as (
    select
      w.user_id,
      max(array[
        coalesce(w.timestamp_physical, w.removed_physical),
        coalesce(w.timestamp_logical, w.removed_logical)
      ]) as collected,
      max(w.changed_xid) as changed_xid
    from cuepoint.user_watchlists w
    where w.is_removed
      and w.removed_at < removed_before
      -- Below every cursor that is handed out from now on: a floor above the xmin of fresh cursors, with
      -- an older transaction open, would refuse each of them and no replica would ever catch up. [CUR2]
      and w.changed_xid < pg_snapshot_xmin(pg_current_snapshot())
    group by w.user_id
  ),
  floors as (
    insert into cuepoint.user_floors as f (user_id, collected_physical, collected_logical)
    select due.user_id, due.collected[1], due.collected[2] from due
    on conflict (user_id) do update
    set collected_physical = excluded.collected_physical,
        collected_logical = excluded.collected_logical
    where (f.collected_physical, f.collected_logical)
      < (excluded.collected_physical, excluded.collected_logical)
  ),
  state as (
    update cuepoint.sync_state s
    set cursor_floor = greatest(s.cursor_floor, (select max(due.changed_xid) from due)),
        floor_raised_at = at
    where exists (select from due)
  )
  select count(*) into users from due;
  return users;
end;
$$;

-- For operators; the service does the same in batches. Returns how many tombstones it deleted.
-- Tombstones that become due now are deleted by a later call, at least ten minutes after. [CUR3]
create function cuepoint.cleanup_removed_watchlist_entries(days_old integer default 30)
returns integer
language plpgsql
as $$
declare
  grace constant interval := interval '10 minutes';
  removed_before constant timestamptz := clock_timestamp() - make_interval(days => days_old);
  deleted bigint;
begin
  deleted := cuepoint.delete_collected_tombstones(
    clock_timestamp(), removed_before, grace, 9223372036854775807
  );
  perform cuepoint.raise_collection_floors(clock_timestamp(), removed_before, grace);
  return deleted;
end;
$$;
