update cuepoint.account_device_codes
set used_at = clock_timestamp(), sign_in_id = $2::uuid
where device_code_hash = $1::varchar
