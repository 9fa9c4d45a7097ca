-- One whose time is over gives way; one that lives does not, and there is a bound to those that live.
insert into cuepoint.account_device_codes (
  device_code_hash, user_code, label, device_id, expires_at, next_poll_at
)
select
  $1::varchar,
  $2::varchar,
  $3::varchar,
  $4::varchar,
  clock_timestamp() + $5::interval,
  clock_timestamp()
where (
  select count(*) from cuepoint.account_device_codes c where c.expires_at > clock_timestamp()
) < $6::integer
on conflict (user_code) do nothing
