delete from cuepoint.user_registers where user_id = $1::uuid;
