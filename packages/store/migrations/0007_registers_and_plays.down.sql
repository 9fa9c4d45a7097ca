-- Registers and plays are lost.

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
      from cuepoint.user_watchlists w
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
    from cuepoint.user_watchlists w
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

drop table cuepoint.user_plays;
drop table cuepoint.user_registers;
