-- Told as expired or used for an hour more.
delete from cuepoint.account_device_codes
where expires_at < clock_timestamp() - interval '1 hour'
