-- Once. Without a profile it is denied.
update cuepoint.account_device_codes
set
  user_id = $2::uuid,
  denied_at = case when $2::uuid is null then clock_timestamp() end
where user_code = $1::varchar
  and expires_at > clock_timestamp()
  and user_id is null
  and denied_at is null
