select cuepoint.mark_stale_devices_offline(
  $1::timestamptz, make_interval(secs => $2::float8)
) as marked;
