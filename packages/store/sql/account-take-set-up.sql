-- Opens once, and only while there is nobody.
update cuepoint.account_state
set set_up_nonce = gen_random_uuid()
where set_up_nonce = $1::uuid and not exists (select from cuepoint.accounts)
