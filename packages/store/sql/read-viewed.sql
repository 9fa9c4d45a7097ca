-- What a user did with and said of the contents and groups $2, under these very names. Each is looked up by the order of the
-- unique key: where there are no statistics, every index that begins with the user costs the planner the same. [OPS3]
select
  'progress' as kind, done.content_id, done.position_seconds, done.duration_seconds, done.state, done.is_cleared,
  null::jsonb as value, done.timestamp_physical, done.timestamp_logical, done.claim_physical, done.claim_logical, done.device_id
from unnest($2::varchar[]) as names (name)
cross join lateral (
  select
    p.content_id, p.position_seconds, p.duration_seconds, p.state, p.is_cleared,
    p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id
  from cuepoint.user_progress p
  where p.user_id = $1::uuid and p.content_id >= names.name and p.content_id <= names.name
  order by p.content_id
  limit (select 1)
) done
union all
select
  said.kind, said.key, null, null, null, null,
  said.value, said.timestamp_physical, said.timestamp_logical, said.claim_physical, said.claim_logical, said.device_id
from unnest($2::varchar[]) as names (name)
cross join unnest('{watched,dismissed,rewatch,content}'::varchar[]) as kinds (kind)
cross join lateral (
  select
    r.kind, r.key, r.value,
    r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.kind = kinds.kind and r.key >= names.name and r.key <= names.name
  order by r.key
  limit (select 1)
) said;
