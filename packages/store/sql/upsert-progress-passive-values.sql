-- The merge of timer reports as in upsert-progress-passive.sql, over a list of values. It holds one report a
-- register; those of other devices follow, the greatest first, so that the outcome is the same. [LWW1]
-- Rows come merged by key and sorted. [SQL4] A row that is not returned lost.
insert into cuepoint.user_progress as t (
  user_id, content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, claim_physical, claim_logical,
  device_id, updated_at, is_cleared, changed_xid
)
values
  (
    $1::uuid, $2::varchar, $3::integer, $4::integer, $5::varchar,
    $6::bigint, $7::integer, $8::bigint, $9::integer, $10::varchar, $12::timestamptz, $11::boolean, $13::xid8
  )
on conflict (user_id, content_id) do update
set position_seconds = excluded.position_seconds,
    duration_seconds = excluded.duration_seconds,
    state = excluded.state,
    timestamp_physical = excluded.timestamp_physical,
    timestamp_logical = excluded.timestamp_logical,
    claim_physical = excluded.claim_physical,
    claim_logical = excluded.claim_logical,
    device_id = excluded.device_id,
    updated_at = excluded.updated_at,
    is_cleared = excluded.is_cleared,
    changed_xid = excluded.changed_xid
where t.device_id = excluded.device_id
  and (
      coalesce(t.claim_physical, t.timestamp_physical), coalesce(t.claim_logical, t.timestamp_logical),
      t.timestamp_physical, t.timestamp_logical, t.device_id collate "C"
    ) < (
      coalesce(excluded.claim_physical, excluded.timestamp_physical),
      coalesce(excluded.claim_logical, excluded.timestamp_logical),
      excluded.timestamp_physical, excluded.timestamp_logical, excluded.device_id collate "C"
    )
returning user_id, content_id, device_id;
