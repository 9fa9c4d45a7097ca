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
include fragments/merge-progress.sql
  and t.device_id = excluded.device_id
  and not t.is_cleared
returning user_id, content_id, device_id;
