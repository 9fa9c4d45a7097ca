-- The merge of upsert-watchlist.sql over a list of values. The rows that a floor or an erasure refuses are left
-- out before. [ORS1] [ORS3] [ORS4] [SQL2] [CUR4]
-- Rows come merged by key and sorted. [SQL4] A row that is not returned lost.
insert into cuepoint.user_watchlists as t (
  user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id,
  is_removed, created_at, removed_at, removed_by, removed_physical, removed_logical, changed_xid
)
values
  (
    $1::uuid, $2::varchar, $3::varchar, $4::bigint, $5::integer, $6::varchar,
    $7::boolean, $8::timestamptz, $9::timestamptz, $10::varchar, $11::bigint, $12::integer, $13::xid8
  )
on conflict (user_id, unique_tag) do update
set content_id = case
      when t.timestamp_physical is not null then t.content_id
      when excluded.timestamp_physical is not null then excluded.content_id
      when (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
        < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
        then excluded.content_id
      else t.content_id
    end,
    timestamp_physical = coalesce(t.timestamp_physical, excluded.timestamp_physical),
    timestamp_logical = coalesce(t.timestamp_logical, excluded.timestamp_logical),
    device_id = coalesce(t.device_id, excluded.device_id),
    is_removed = t.is_removed or excluded.is_removed,
    removed_at = coalesce(t.removed_at, excluded.removed_at),
    removed_by = case
      when t.removed_by is null
        or (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
          < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
        then excluded.removed_by
      else t.removed_by
    end,
    removed_physical = case
      when t.removed_by is null
        or (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
          < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
        then excluded.removed_physical
      else t.removed_physical
    end,
    removed_logical = case
      when t.removed_by is null
        or (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
          < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
        then excluded.removed_logical
      else t.removed_logical
    end,
    changed_xid = excluded.changed_xid
where (t.timestamp_physical is null and excluded.timestamp_physical is not null)
  or (excluded.is_removed and not t.is_removed)
  or (excluded.removed_physical, excluded.removed_logical, excluded.removed_by collate "C")
    < (t.removed_physical, t.removed_logical, t.removed_by collate "C")
returning user_id, unique_tag, is_removed;
