insert into cuepoint.account_sign_ins (id, account_id, label, cookie_hash, expires_at)
values ($1::uuid, $2::uuid, $3::varchar, $4::varchar, clock_timestamp() + $5::interval)
