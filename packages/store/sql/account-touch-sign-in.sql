-- Only ever later: a clock that was set back shortens no life.
update cuepoint.account_sign_ins
set
  last_used_at = clock_timestamp(),
  expires_at = greatest(expires_at, clock_timestamp() + $2::interval)
where id = $1::uuid
