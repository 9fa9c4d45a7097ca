delete from cuepoint.user_progress where user_id = $1::uuid;
