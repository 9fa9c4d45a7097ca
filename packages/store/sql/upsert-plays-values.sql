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
include fragments/merge-plays.sql
returning user_id, play_id, is_removed;
