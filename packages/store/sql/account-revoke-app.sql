-- By its refresh token, or by its id.
delete from cuepoint.account_sign_ins
where user_id is not null
  and (
    id = $1::uuid
    or id = (select t.sign_in_id from cuepoint.account_refresh_tokens t where t.token_hash = $2::varchar)
  )
returning user_id
