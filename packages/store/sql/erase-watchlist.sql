delete from cuepoint.user_watchlists where user_id = $1::uuid;
