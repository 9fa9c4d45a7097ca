select
  content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, device_id, is_cleared, updated_at,
  (count(*) over ())::integer as total
from cuepoint.user_progress
where user_id = $1::uuid
order by timestamp_physical desc, timestamp_logical desc, content_id
limit $2::integer;
