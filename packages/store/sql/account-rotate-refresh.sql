update cuepoint.account_refresh_tokens
set rotated_at = clock_timestamp()
where token_hash = $1::varchar
