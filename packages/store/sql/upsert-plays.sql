-- The merge of a batch of plays, as `mergePlays` of the core does it: the first add of a play stands, a removal appears
-- and only its stamp gets less. [PLY1] [ORS1] [ORS3] [ORS4] [SQL2]
-- Rows come merged by key and sorted. [SQL4]
with written as (
  insert into cuepoint.user_plays as t (
    user_id, play_id, content_id, watched_at, watched_precision, source,
    timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id,
    is_removed, created_at, removed_at, removed_by, removed_physical, removed_logical, changed_xid
  )
  select
    r.user_id, r.play_id, r.content_id, r.watched_at, r.watched_precision, r.source,
    r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id,
    r.removed_by is not null, $15::timestamptz,
    case when r.removed_by is not null then $15::timestamptz end,
    r.removed_by, r.removed_physical, r.removed_logical, pg_current_xact_id() /* of r.user_id */
  from unnest(
    $1::uuid[], $2::uuid[], $3::varchar[], $4::timestamptz[], $5::varchar[], $6::varchar[],
    $7::bigint[], $8::integer[], $9::bigint[], $10::integer[], $11::varchar[],
    $12::varchar[], $13::bigint[], $14::integer[]
  ) with ordinality as r (
    user_id, play_id, content_id, watched_at, watched_precision, source,
    timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id,
    removed_by, removed_physical, removed_logical, position
  )
  where not exists (
      -- Nothing at or below the collected floor is ever inserted live. [CUR4]
      select from cuepoint.user_floors f
      where f.user_id = r.user_id
        and r.removed_by is null
        and (r.timestamp_physical, r.timestamp_logical)
          <= (f.collected_physical, f.collected_logical)
    )
    and not exists (
      select from cuepoint.user_erasures e
      where e.user_id = r.user_id
        and greatest(r.timestamp_physical, r.removed_physical) <= e.erased_physical
    )
  -- A hash join with the tables above would lose the order of the rows. [SQL4]
  order by r.position
  include fragments/merge-plays.sql
  returning is_removed
)
select
  count(*)::integer as written,
  (count(*) filter (where is_removed))::integer as written_removed,
  pg_current_xact_id_if_assigned()::text as xid
from written;
