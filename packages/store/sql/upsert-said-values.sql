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
on conflict (user_id, kind, key) do update
set value = excluded.value,
    timestamp_physical = excluded.timestamp_physical,
    timestamp_logical = excluded.timestamp_logical,
    claim_physical = excluded.claim_physical,
    claim_logical = excluded.claim_logical,
    device_id = excluded.device_id,
    updated_at = excluded.updated_at,
    changed_xid = excluded.changed_xid
where (
    coalesce(t.claim_physical, t.timestamp_physical), coalesce(t.claim_logical, t.timestamp_logical),
    t.timestamp_physical, t.timestamp_logical, t.device_id collate "C"
  ) < (
    coalesce(excluded.claim_physical, excluded.timestamp_physical),
    coalesce(excluded.claim_logical, excluded.timestamp_logical),
    excluded.timestamp_physical, excluded.timestamp_logical, excluded.device_id collate "C"
  )
returning user_id, kind, key;
