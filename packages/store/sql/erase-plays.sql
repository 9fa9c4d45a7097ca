delete from cuepoint.user_plays where user_id = $1::uuid;
