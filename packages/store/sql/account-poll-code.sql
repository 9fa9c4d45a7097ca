-- Two polls may come at once, as after a pause of the network; the next is too fast before its time. A time that is
-- further away than polls can bring it was set by a clock that has been set back since.
select
  c.user_id,
  c.label,
  c.device_id,
  c.sign_in_id,
  c.denied_at is not null as is_denied,
  c.expires_at <= clock_timestamp() as is_expired,
  c.expires_at <= clock_timestamp() - interval '1 minute' as is_over,
  c.used_at is not null as is_used,
  coalesce(abs(extract(epoch from clock_timestamp() - c.used_at)) * 1000 < $2::bigint, false) as is_in_grace,
  c.next_poll_at - $3::interval > clock_timestamp()
    and c.next_poll_at <= clock_timestamp() + 2 * $3::interval as is_too_fast
from cuepoint.account_device_codes c
where c.device_code_hash = $1::varchar
for update
