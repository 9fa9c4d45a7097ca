-- `updated_at` stays as it is.
-- Covers the tombstones that are due with floors, and returns for how many users. [CUR3]
--
-- Nothing is raised while the floors of the last run wait for their grace: raising them again would
-- start the wait anew, and a run every few minutes would never delete anything.
create or replace function cuepoint.raise_collection_floors(
  at timestamptz, removed_before timestamptz, grace interval
)
returns bigint
language plpgsql
as $$
declare
  raised_before constant timestamptz := at - grace;
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
        and (f.raised_at is null or f.raised_at <= raised_before)
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
  where s.floor_raised_at is null or s.floor_raised_at <= raised_before
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
