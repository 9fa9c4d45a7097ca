delete from cuepoint.account_profiles
where account_id = $1::uuid and user_id = $2::uuid
