-- Of the account, but for the one that is kept.
delete from cuepoint.account_sign_ins
where account_id = $1::uuid and id is distinct from $2::uuid
