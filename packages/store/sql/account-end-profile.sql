delete from cuepoint.account_sign_ins
where account_id = $1::uuid and user_id = $2::uuid
