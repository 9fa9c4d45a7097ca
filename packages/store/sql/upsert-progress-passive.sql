-- The merge of timer reports: as upsert-progress.sql, but only over a position of the same device, so that
-- a report never beats what a person did elsewhere, nor a clear. [CLM3]
with reported as (
  -- One report a register: of the device that is stored, since no other can apply; else the greatest.
  select distinct on (r.user_id, r.content_id) r.*
  from unnest(
    $1::uuid[], $2::varchar[], $3::integer[], $4::integer[], $5::varchar[],
    $6::bigint[], $7::integer[], $8::bigint[], $9::integer[], $10::varchar[], $11::boolean[]
  ) with ordinality as r (
    user_id, content_id, position_seconds, duration_seconds, state,
    timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id, is_cleared, position
  )
  left join cuepoint.user_progress p on p.user_id = r.user_id and p.content_id = r.content_id
  where not exists (
    select from cuepoint.user_erasures e
    where e.user_id = r.user_id and r.timestamp_physical <= e.erased_physical
  )
  order by
    r.user_id, r.content_id, (p.device_id = r.device_id) desc nulls last,
    coalesce(r.claim_physical, r.timestamp_physical) desc, coalesce(r.claim_logical, r.timestamp_logical) desc,
    r.timestamp_physical desc, r.timestamp_logical desc, r.device_id collate "C" desc
),
written as (
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
  from reported r
  -- The order of the rows, which the choice above loses. [SQL4]
  order by r.position
  include fragments/merge-progress.sql
    and t.device_id = excluded.device_id
    and not t.is_cleared
  returning 1
)
select count(*)::integer as written, pg_current_xact_id_if_assigned()::text as xid from written;
