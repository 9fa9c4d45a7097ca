-- A heartbeat by itself: a database that routes statements updates one user's rows with each. [GC8]
update cuepoint.user_devices
set last_seen = greatest(last_seen, $3::timestamptz), is_online = true
where user_id = $1::uuid and device_id = $2::varchar and revoked_at is null
returning user_id, device_id;
