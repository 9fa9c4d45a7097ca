update cuepoint.user_devices
set revoked_at = $3::timestamptz, is_online = false
where user_id = $1::uuid and device_id = $2::varchar and revoked_at is null
returning device_id;
