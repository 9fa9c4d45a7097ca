-- What changed last of a user; what plays, from the end of its stretch. [OPS3]
select
  content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id, is_cleared, updated_at
from cuepoint.user_progress
where user_id = $1::uuid and changed_until >= 0
order by changed_until desc, content_id desc
limit (select $2::bigint);
