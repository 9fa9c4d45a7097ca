delete from cuepoint.account_sign_ins
where account_id = $1::uuid and id = $2::uuid
