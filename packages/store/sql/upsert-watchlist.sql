-- The merge of a batch of tags, as `mergeEntries` of the core does it: an add appears once, a removal
-- appears and only its stamp gets less. [ORS1] [ORS3] [ORS4] [SQL2]
-- Rows come merged by key and sorted. [SQL4]
with written as (
  insert into cuepoint.user_watchlists as t (
    user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id,
    is_removed, created_at, removed_at, removed_by, removed_physical, removed_logical, changed_xid
  )
  select
    r.user_id, r.content_id, r.unique_tag, r.timestamp_physical, r.timestamp_logical, r.device_id,
    r.removed_by is not null, $10::timestamptz,
    case when r.removed_by is not null then $10::timestamptz end,
    r.removed_by, r.removed_physical, r.removed_logical, pg_current_xact_id() /* of r.user_id */
  from unnest(
    $1::uuid[], $2::varchar[], $3::varchar[], $4::bigint[], $5::integer[], $6::varchar[],
    $7::varchar[], $8::bigint[], $9::integer[]
  ) with ordinality as r (
    user_id, content_id, unique_tag, timestamp_physical, timestamp_logical, device_id,
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
  include fragments/merge-watchlist.sql
  returning is_removed
)
select
  count(*)::integer as written,
  (count(*) filter (where is_removed))::integer as written_removed,
  pg_current_xact_id_if_assigned()::text as xid
from written;
