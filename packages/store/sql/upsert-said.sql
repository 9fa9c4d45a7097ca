-- The merge of a batch of registers, as upsert-progress.sql has it. [REG1] [SQL1]
-- Rows come merged by key and sorted. [SQL4] `written` below the row count: something lost.
with written as (
  insert into cuepoint.user_registers as t (
    user_id, kind, key, value, timestamp_physical, timestamp_logical, claim_physical, claim_logical,
    device_id, updated_at, changed_xid
  )
  select
    r.user_id, r.kind, r.key, r.value::jsonb, r.timestamp_physical, r.timestamp_logical,
    r.claim_physical, r.claim_logical, r.device_id,
    least($10::timestamptz, to_timestamp(r.timestamp_physical::float8 / 1000)),
    pg_current_xact_id() /* of r.user_id */
  from unnest(
    $1::uuid[], $2::varchar[], $3::varchar[], $4::text[],
    $5::bigint[], $6::integer[], $7::bigint[], $8::integer[], $9::varchar[]
  ) with ordinality as r (
    user_id, kind, key, value,
    timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id, position
  )
  where not exists (
    select from cuepoint.user_erasures e
    where e.user_id = r.user_id and r.timestamp_physical <= e.erased_physical
  )
  -- A hash join with the tables above would lose the order of the rows. [SQL4]
  order by r.position
  include fragments/merge-said.sql
  returning 1
)
select count(*)::integer as written, pg_current_xact_id_if_assigned()::text as xid from written;
