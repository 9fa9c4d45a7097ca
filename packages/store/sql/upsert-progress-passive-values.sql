-- The merge of timer reports as in upsert-progress-passive.sql, over a list of values. It holds one report a
-- register; those of other devices follow, the greatest first, so that the outcome is the same. [LWW1]
-- Rows come merged by key and sorted. [SQL4] A row that is not returned lost.
insert into cuepoint.user_progress as t (
  user_id, content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, device_id, updated_at, is_cleared, changed_xid
)
values
  (
    $1::uuid, $2::varchar, $3::integer, $4::integer, $5::varchar,
    $6::bigint, $7::integer, $8::varchar, $10::timestamptz, $9::boolean, $11::xid8
  )
on conflict (user_id, content_id) do update
set position_seconds = excluded.position_seconds,
    duration_seconds = excluded.duration_seconds,
    state = excluded.state,
    timestamp_physical = excluded.timestamp_physical,
    timestamp_logical = excluded.timestamp_logical,
    device_id = excluded.device_id,
    updated_at = excluded.updated_at,
    is_cleared = excluded.is_cleared,
    changed_xid = excluded.changed_xid
where t.device_id = excluded.device_id
  and (t.timestamp_physical, t.timestamp_logical, t.device_id collate "C")
    < (excluded.timestamp_physical, excluded.timestamp_logical, excluded.device_id collate "C")
returning user_id, content_id, device_id;
