select
  content_id, unique_tag, timestamp_physical, timestamp_logical, device_id,
  removed_by, removed_physical, removed_logical, created_at, removed_at,
  (count(*) over ())::integer as total
from cuepoint.user_watchlists
where user_id = $1::uuid
order by greatest(timestamp_physical, removed_physical) desc, unique_tag
limit $2::integer;
