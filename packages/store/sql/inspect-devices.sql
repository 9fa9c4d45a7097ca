select
  device_id, device_type, platform, capabilities, app_version, last_seen, is_online, device_name,
  revoked_at
from cuepoint.user_devices
where user_id = $1::uuid
order by last_seen desc, device_id
limit $2::integer;
