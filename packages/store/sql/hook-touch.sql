update cuepoint.hooks
set last_used_at = clock_timestamp()
where id = $1::uuid
