-- The merge of a batch: of two writes to one register the greater stamp stays. [LWW1] [SQL1]
-- Rows come merged by key and sorted. [SQL4] `written` below the row count: something lost.
with written as (
  insert into cuepoint.user_progress as t (
    user_id, content_id, position_seconds, duration_seconds, state,
    timestamp_physical, timestamp_logical, claim_physical, claim_logical,
    device_id, updated_at, is_cleared, changed_xid
  )
  select
    r.user_id, r.content_id, r.position_seconds, r.duration_seconds, r.state,
    r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id,
    least($12::timestamptz, to_timestamp(r.timestamp_physical::float8 / 1000)), r.is_cleared,
    pg_current_xact_id() /* of r.user_id */
  from unnest(
    $1::uuid[], $2::varchar[], $3::integer[], $4::integer[], $5::varchar[],
    $6::bigint[], $7::integer[], $8::bigint[], $9::integer[], $10::varchar[], $11::boolean[]
  ) with ordinality as r (
    user_id, content_id, position_seconds, duration_seconds, state,
    timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id, is_cleared, position
  )
  where not exists (
    select from cuepoint.user_erasures e
    where e.user_id = r.user_id and r.timestamp_physical <= e.erased_physical
  )
  -- A hash join with the tables above would lose the order of the rows. [SQL4]
  order by r.position
  include fragments/merge-progress.sql
  returning 1
)
select count(*)::integer as written, pg_current_xact_id_if_assigned()::text as xid from written;
