delete from cuepoint.user_registers r
where r.user_id = $1::uuid and r.kind = 'place' and r.key = any($2::varchar[]);
