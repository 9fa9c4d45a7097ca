-- The merge of upsert-said.sql over a list of values. The rows that an erasure refuses are left out before.
-- Rows come merged by key and sorted. [SQL4] A row that is not returned lost.
insert into cuepoint.user_registers as t (
  user_id, kind, key, value, timestamp_physical, timestamp_logical, claim_physical, claim_logical,
  device_id, updated_at, changed_xid
)
values
  (
    $1::uuid, $2::varchar, $3::varchar, $4::jsonb, $5::bigint, $6::integer, $7::bigint, $8::integer,
    $9::varchar, $10::timestamptz, $11::xid8
  )
include fragments/merge-said.sql
returning user_id, kind, key;
