select 1
from cuepoint.user_devices
where user_id = $1::uuid and device_id = $2::varchar and revoked_at is not null;
