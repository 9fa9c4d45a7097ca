select
  device_id, device_type, platform, capabilities, app_version, last_seen, is_online, device_name
from cuepoint.user_devices
where user_id = $1::uuid and device_id = $2::varchar and revoked_at is null;
