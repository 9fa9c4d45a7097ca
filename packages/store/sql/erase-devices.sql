delete from cuepoint.user_devices where user_id = $1::uuid;
