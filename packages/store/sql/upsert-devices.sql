-- A revoked device is never taken again: its row stays as it is and is not returned. [SEC1]
insert into cuepoint.user_devices as t (
  user_id, device_id, device_type, platform, capabilities, app_version, last_seen, is_online,
  device_name, created_at
)
select
  r.user_id, r.device_id, r.device_type, r.platform, r.capabilities::jsonb, r.app_version,
  r.last_seen, r.is_online, r.device_name, $10::timestamptz
from unnest(
  $1::uuid[], $2::varchar[], $3::varchar[], $4::varchar[], $5::text[], $6::varchar[],
  $7::timestamptz[], $8::boolean[], $9::varchar[]
) as r (
  user_id, device_id, device_type, platform, capabilities, app_version, last_seen, is_online,
  device_name
)
include fragments/merge-devices.sql
returning user_id, device_id;
