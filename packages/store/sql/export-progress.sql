-- A page of registers by content. [OPS3]
select
  content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id, is_cleared, updated_at
from cuepoint.user_progress
where user_id = $1::uuid and content_id > $2::varchar collate "C"
order by content_id
limit (select $3::bigint);
