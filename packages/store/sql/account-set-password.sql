update cuepoint.accounts
set password_hash = $2::varchar, password_set_at = clock_timestamp()
where id = $1::uuid
