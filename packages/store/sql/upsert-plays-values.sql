-- The merge of upsert-plays.sql over a list of values. The rows that a floor or an erasure refuses are left out before.
-- Rows come merged by key and sorted. [SQL4] A row that is not returned lost.
insert into cuepoint.user_plays as t (
  user_id, play_id, content_id, watched_at, watched_precision, source,
  timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id,
  is_removed, created_at, removed_at, removed_by, removed_physical, removed_logical, changed_xid
)
values
  (
    $1::uuid, $2::uuid, $3::varchar, $4::timestamptz, $5::varchar, $6::varchar,
    $7::bigint, $8::integer, $9::bigint, $10::integer, $11::varchar,
    $12::boolean, $13::timestamptz, $14::timestamptz, $15::varchar, $16::bigint, $17::integer, $18::xid8
  )
on conflict (user_id, play_id) do update
set content_id = coalesce(t.content_id, excluded.content_id),
    watched_at = case when t.timestamp_physical is null then excluded.watched_at else t.watched_at end,
    watched_precision = case
      when t.timestamp_physical is null then excluded.watched_precision
      else t.watched_precision
    end,
    source = case when t.timestamp_physical is null then excluded.source else t.source end,
    claim_physical = case when t.timestamp_physical is null then excluded.claim_physical else t.claim_physical end,
    claim_logical = case when t.timestamp_physical is null then excluded.claim_logical else t.claim_logical end,
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
returning user_id, play_id, is_removed;
