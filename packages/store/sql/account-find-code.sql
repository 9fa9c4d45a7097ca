select c.label, c.created_at
from cuepoint.account_device_codes c
where c.user_code = $1::varchar
  and c.expires_at > clock_timestamp()
  and c.user_id is null
  and c.denied_at is null
