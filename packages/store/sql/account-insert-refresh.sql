insert into cuepoint.account_refresh_tokens (token_hash, sign_in_id)
values ($1::varchar, $2::uuid)
on conflict (token_hash) do nothing
