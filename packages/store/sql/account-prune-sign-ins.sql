delete from cuepoint.account_sign_ins
where account_id = $1::uuid and expires_at <= clock_timestamp()
