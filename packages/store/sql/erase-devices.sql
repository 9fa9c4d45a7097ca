with deleted as (delete from cuepoint.user_devices where user_id = $1::uuid returning 1)
select count(*)::integer as deleted from deleted;
