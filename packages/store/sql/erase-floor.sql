delete from cuepoint.user_floors where user_id = $1::uuid;
