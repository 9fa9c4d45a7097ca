-- The merge of upsert-progress.sql for a batch of one: a lone write does not pay for reading arrays. [GC2]
insert into cuepoint.user_progress as t (
  user_id, content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, claim_physical, claim_logical,
  device_id, updated_at, is_cleared, changed_xid
)
select
  $1::uuid, $2::varchar, $3::integer, $4::integer, $5::varchar,
  $6::bigint, $7::integer, $8::bigint, $9::integer, $10::varchar, $12::timestamptz, $11::boolean,
  pg_current_xact_id() /* of $1::uuid */
where not exists (
  select from cuepoint.user_erasures e
  where e.user_id = $1::uuid and $6::bigint <= e.erased_physical
)
include fragments/merge-progress.sql
returning 1 as written, pg_current_xact_id_if_assigned()::text as xid;
