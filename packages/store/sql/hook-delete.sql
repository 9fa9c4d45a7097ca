delete from cuepoint.hooks
where user_id = $1::uuid and id = $2::uuid
