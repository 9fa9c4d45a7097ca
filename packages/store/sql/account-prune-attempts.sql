delete from cuepoint.account_attempts
where failed_at < clock_timestamp() - interval '1 hour'
