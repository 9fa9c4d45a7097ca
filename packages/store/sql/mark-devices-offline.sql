-- Last those that are locked. [LIV6]
update cuepoint.user_devices
set is_online = false
where user_id = $1::uuid and device_id = any($2::varchar[])
returning user_id, device_id;
