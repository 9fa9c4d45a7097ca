-- What a user's devices say is in a series, by any of its names $2. [OPS3]
select own.key as content_id, names.name as series_id
from unnest($2::varchar[]) as names (name)
cross join lateral (
  select r.key
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.series_id = names.name
  order by r.key
  limit (select $3::bigint)
) own;
