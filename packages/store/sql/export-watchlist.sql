-- A page of tags by tag. [OPS3]
select
  content_id, unique_tag, timestamp_physical, timestamp_logical, device_id,
  removed_by, removed_physical, removed_logical, removed_at
from cuepoint.user_watchlists
where user_id = $1::uuid and unique_tag > $2::varchar collate "C"
order by unique_tag
limit (select $3::bigint);
