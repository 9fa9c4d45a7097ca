update cuepoint.account_device_codes
set next_poll_at = $2::interval + case
    when next_poll_at <= clock_timestamp() + 2 * $2::interval
      then greatest(next_poll_at, clock_timestamp())
    else clock_timestamp()
  end
where device_code_hash = $1::varchar
