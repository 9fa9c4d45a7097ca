-- A database that was switched to counters gets its transaction ids back: `0` is older than every cursor,
-- and the new incarnation makes those from before the switch invalid. [CUR2]
do $$
begin
  if (select s.catch_up from cuepoint.sync_state s) = 'counter' then
    alter table cuepoint.user_progress drop column changed_version;
    alter table cuepoint.user_watchlists drop column changed_version;
    alter table cuepoint.user_erasures drop column changed_version;
    alter table cuepoint.user_progress add column changed_xid xid8 not null default '0';
    alter table cuepoint.user_watchlists add column changed_xid xid8 not null default '0';
    alter table cuepoint.user_erasures add column changed_xid xid8 not null default '0';
    alter table cuepoint.user_progress
      alter column changed_xid set default pg_current_xact_id();
    alter table cuepoint.user_watchlists
      alter column changed_xid set default pg_current_xact_id();
    alter table cuepoint.user_erasures
      alter column changed_xid set default pg_current_xact_id();
    update cuepoint.sync_state set incarnation = gen_random_uuid();
  end if;
end;
$$;

alter table cuepoint.user_floors drop column raised_at, drop column cursor_floor;
drop table cuepoint.user_versions;
alter table cuepoint.sync_state drop column catch_up;

create or replace function cuepoint.delete_collected_tombstones(
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

create or replace function cuepoint.raise_collection_floors(
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
