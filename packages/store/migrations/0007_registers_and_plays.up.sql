-- Registers and plays: what a person says of a content, and what was watched when.
-- Why: docs/decisions/0040-registers-and-plays.md
--
-- Not compatible with older code, whose erasure would leave these rows.

create table cuepoint.user_registers (
  id bigserial primary key,
  user_id uuid not null,
  kind varchar(32) collate "C" not null,
  -- A place has a device id, a slash and a content id.
  key varchar(511) collate "C" not null,
  -- Null once cleared: an older write never brings it back. [REG1]
  value jsonb,
  timestamp_physical bigint not null check (timestamp_physical between 0 and 281474976710655),
  timestamp_logical integer not null check (timestamp_logical between 0 and 65535),
  -- The act that a report continues; null where the write is that act. [CLM2]
  claim_physical bigint,
  claim_logical integer,
  device_id varchar(255) collate "C" not null,
  updated_at timestamptz not null default now(),
  changed_xid xid8 not null default pg_current_xact_id(),
  constraint user_registers_user_id_kind_key_key unique (user_id, kind, key),
  constraint user_registers_claim_before_timestamp check (
    (claim_physical is null) = (claim_logical is null)
    and claim_physical between 0 and timestamp_physical
    and claim_logical between 0 and 65535
  )
) with (fillfactor = 70);

create index idx_registers_places on cuepoint.user_registers (timestamp_physical) where kind = 'place';

create table cuepoint.user_plays (
  id bigserial primary key,
  user_id uuid not null,
  play_id uuid not null,
  -- Null while only a removal of the play has arrived. [ORS4]
  content_id varchar(255) collate "C",
  -- When it was watched; a day is its first moment in UTC. Null where nobody knows. [PLY2]
  watched_at timestamptz,
  watched_precision varchar(7) check (watched_precision in ('instant', 'day')),
  source varchar(64),
  timestamp_physical bigint,
  timestamp_logical integer,
  claim_physical bigint,
  claim_logical integer,
  device_id varchar(255) collate "C",
  is_removed boolean not null default false,
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  removed_by varchar(255) collate "C",
  removed_physical bigint,
  removed_logical integer,
  changed_xid xid8 not null default pg_current_xact_id(),
  constraint user_plays_user_id_play_id_key unique (user_id, play_id),
  constraint user_plays_add_is_whole check (
    (timestamp_physical is null) = (timestamp_logical is null)
    and (timestamp_physical is null) = (device_id is null)
    and (timestamp_physical is null) = (content_id is null)
    and (watched_at is null) = (watched_precision is null)
  ),
  constraint user_plays_claim_before_timestamp check (
    (claim_physical is null) = (claim_logical is null)
    and claim_physical between 0 and timestamp_physical
    and claim_logical between 0 and 65535
  ),
  constraint user_plays_removal_is_whole check (
    is_removed = (removed_at is not null)
    and is_removed = (removed_by is not null)
    and is_removed = (removed_physical is not null)
    and is_removed = (removed_logical is not null)
  ),
  constraint user_plays_add_or_removal check (is_removed or timestamp_physical is not null),
  constraint user_plays_timestamp_range check (
    timestamp_physical between 0 and 281474976710655
    and timestamp_logical between 0 and 65535
    and removed_physical between 0 and 281474976710655
    and removed_logical between 0 and 65535
  )
);

-- Pages of the history: what nobody knows the time of comes last. [OPS3]
create index idx_plays_watched
  on cuepoint.user_plays (user_id, coalesce(watched_at, '-infinity'), play_id) where not is_removed;
create index idx_plays_content
  on cuepoint.user_plays (user_id, content_id, coalesce(watched_at, '-infinity'), play_id)
  where not is_removed;
create index idx_plays_removed on cuepoint.user_plays (removed_at) where is_removed;

do $$
begin
  -- As catch-up-switch.ts has it.
  if (select s.catch_up from cuepoint.sync_state s) = 'counter' then
    alter table cuepoint.user_registers drop column changed_xid, add column changed_version bigint not null;
    alter table cuepoint.user_plays drop column changed_xid, add column changed_version bigint not null;
    create index idx_registers_changed on cuepoint.user_registers (user_id, changed_version, kind, key)
      where changed_version >= 0;
    create index idx_plays_changed on cuepoint.user_plays (user_id, changed_version, play_id)
      where changed_version >= 0;
  else
    create index idx_registers_changed on cuepoint.user_registers (user_id, changed_xid, kind, key)
      where changed_xid >= '0';
    create index idx_plays_changed on cuepoint.user_plays (user_id, changed_xid, play_id)
      where changed_xid >= '0';
  end if;
end;
$$;

-- Deletes tombstones that an earlier run covered with floors. [CUR3]
--
-- The run that raised the floors must be `grace` old: a statement that began before the floors were
-- committed could still insert an add that they refuse, and it has ended by then.
create or replace function cuepoint.delete_collected_tombstones(
  at timestamptz, removed_before timestamptz, grace interval, max_rows bigint
)
returns bigint
language plpgsql
as $$
declare
  raised_before constant timestamptz := at - grace;
  deleted_rows bigint := 0;
  deleted_of_user bigint;
  each_user record;
begin
  if (select s.catch_up from cuepoint.sync_state s) = 'xid' then
    with doomed as (
      select w.user_id, w.unique_tag
      from cuepoint.user_watchlists w
      join cuepoint.user_floors f using (user_id)
      cross join cuepoint.sync_state s
      where w.is_removed
        and w.removed_at < removed_before
        and s.floor_raised_at <= raised_before
        and w.changed_xid <= s.cursor_floor
        and (f.collected_physical, f.collected_logical) >= (
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        )
      limit max_rows
      for update of w skip locked
    )
    delete from cuepoint.user_watchlists w
    using doomed
    where w.user_id = doomed.user_id and w.unique_tag = doomed.unique_tag;
    get diagnostics deleted_rows = row_count;
    with doomed as (
      select w.user_id, w.play_id
      from cuepoint.user_plays w
      join cuepoint.user_floors f using (user_id)
      cross join cuepoint.sync_state s
      where w.is_removed
        and w.removed_at < removed_before
        and s.floor_raised_at <= raised_before
        and w.changed_xid <= s.cursor_floor
        and (f.collected_physical, f.collected_logical) >= (
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        )
      limit max_rows - deleted_rows
      for update of w skip locked
    )
    delete from cuepoint.user_plays w
    using doomed
    where w.user_id = doomed.user_id and w.play_id = doomed.play_id;
    get diagnostics deleted_of_user = row_count;
    deleted_rows := deleted_rows + deleted_of_user;
    return deleted_rows;
  end if;

  -- User by user: on a distributed database a statement locks and deletes rows of one user only.
  for each_user in
    select d.user_id, array_agg(d.unique_tag) as tags
    from (
      select w.user_id, w.unique_tag
      from cuepoint.user_watchlists w
      join cuepoint.user_floors f on f.user_id = w.user_id
      where w.is_removed
        and w.removed_at < removed_before
        and f.raised_at <= raised_before
        and w.changed_version <= f.cursor_floor
        and (f.collected_physical, f.collected_logical) >= (
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        )
      order by w.user_id
      limit max_rows
    ) d
    group by d.user_id
    order by d.user_id
  loop
    -- Past what a writer holds: never in a deadlock with one. [SQL4]
    select array_agg(free.unique_tag) into each_user.tags
    from (
      select w.unique_tag
      from cuepoint.user_watchlists w
      where w.user_id = each_user.user_id and w.unique_tag = any(each_user.tags) and w.is_removed
      for update skip locked
    ) free;
    delete from cuepoint.user_watchlists w
    where w.user_id = each_user.user_id and w.unique_tag = any(each_user.tags);
    get diagnostics deleted_of_user = row_count;
    deleted_rows := deleted_rows + deleted_of_user;
  end loop;

  for each_user in
    select d.user_id, array_agg(d.play_id) as plays
    from (
      select w.user_id, w.play_id
      from cuepoint.user_plays w
      join cuepoint.user_floors f on f.user_id = w.user_id
      where w.is_removed
        and w.removed_at < removed_before
        and f.raised_at <= raised_before
        and w.changed_version <= f.cursor_floor
        and (f.collected_physical, f.collected_logical) >= (
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        )
      order by w.user_id
      limit max_rows - deleted_rows
    ) d
    group by d.user_id
    order by d.user_id
  loop
    select array_agg(free.play_id) into each_user.plays
    from (
      select w.play_id
      from cuepoint.user_plays w
      where w.user_id = each_user.user_id and w.play_id = any(each_user.plays) and w.is_removed
      for update skip locked
    ) free;
    delete from cuepoint.user_plays w
    where w.user_id = each_user.user_id and w.play_id = any(each_user.plays);
    get diagnostics deleted_of_user = row_count;
    deleted_rows := deleted_rows + deleted_of_user;
  end loop;
  return deleted_rows;
end;
$$;

-- Covers the tombstones that are due with floors, and returns for how many users. [CUR3]
--
-- A tombstone whose stamp is ahead waits until the clock has passed it, so that no floor is ever ahead of the
-- clock that raised it: a floor is never lowered, and adds at or below it are refused. [CUR4]
-- Nothing is raised while the floors of the last run wait for their grace: raising them again would
-- start the wait anew, and a run every few minutes would never delete anything. A run that is later than now was
-- by a clock that has been set back since: the wait begins anew, and ends.
create or replace function cuepoint.raise_collection_floors(
  at timestamptz, removed_before timestamptz, grace interval
)
returns bigint
language plpgsql
as $$
declare
  raised_before constant timestamptz := at - grace;
  -- A removal is stamped by a device whose clock may be a little ahead of the one that dates it.
  stamped_until constant bigint := floor(
    extract(epoch from least(at, clock_timestamp(), removed_before + grace)) * 1000
  );
  users bigint := 0;
  each_user record;
begin
  if (select s.catch_up from cuepoint.sync_state s) = 'counter' then
    for each_user in
      select
        w.user_id,
        max(array[
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        ]) as collected,
        max(w.changed_version) as changed_version
      from (
        select user_id, is_removed, removed_at, timestamp_physical, timestamp_logical, removed_physical, removed_logical, changed_version
        from cuepoint.user_watchlists
        union all
        select user_id, is_removed, removed_at, timestamp_physical, timestamp_logical, removed_physical, removed_logical, changed_version
        from cuepoint.user_plays
      ) w
      left join cuepoint.user_floors f on f.user_id = w.user_id
      where w.is_removed
        and w.removed_at < removed_before
        and coalesce(w.timestamp_physical, w.removed_physical) <= stamped_until
        and (f.raised_at is null or f.raised_at <= raised_before or f.raised_at > at)
      group by w.user_id
      order by w.user_id
    loop
      insert into cuepoint.user_floors as f (
        user_id, collected_physical, collected_logical, cursor_floor, raised_at
      )
      values (each_user.user_id, each_user.collected[1], each_user.collected[2], each_user.changed_version, at)
      on conflict (user_id) do update
      set collected_physical = case
            when (f.collected_physical, f.collected_logical)
              < (excluded.collected_physical, excluded.collected_logical)
              then excluded.collected_physical
            else f.collected_physical
          end,
          collected_logical = case
            when (f.collected_physical, f.collected_logical)
              < (excluded.collected_physical, excluded.collected_logical)
              then excluded.collected_logical
            else f.collected_logical
          end,
          cursor_floor = greatest(f.cursor_floor, excluded.cursor_floor),
          raised_at = excluded.raised_at;
      users := users + 1;
    end loop;
    return users;
  end if;

  perform 1 from cuepoint.sync_state s
  where s.floor_raised_at is null or s.floor_raised_at <= raised_before or s.floor_raised_at > at
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
    from (
      select user_id, is_removed, removed_at, timestamp_physical, timestamp_logical, removed_physical, removed_logical, changed_xid
      from cuepoint.user_watchlists
      union all
      select user_id, is_removed, removed_at, timestamp_physical, timestamp_logical, removed_physical, removed_logical, changed_xid
      from cuepoint.user_plays
    ) w
    where w.is_removed
      and w.removed_at < removed_before
      and coalesce(w.timestamp_physical, w.removed_physical) <= stamped_until
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
