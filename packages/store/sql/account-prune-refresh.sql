delete from cuepoint.account_refresh_tokens
where sign_in_id = $1::uuid and rotated_at < clock_timestamp() - $2::interval
