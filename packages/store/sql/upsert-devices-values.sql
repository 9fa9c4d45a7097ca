-- As upsert-devices.sql, over a list of values. [SEC1]
insert into cuepoint.user_devices as t (
  user_id, device_id, device_type, platform, capabilities, app_version, last_seen, is_online,
  device_name, created_at
)
values
  (
    $1::uuid, $2::varchar, $3::varchar, $4::varchar, $5::jsonb, $6::varchar,
    $7::timestamptz, $8::boolean, $9::varchar, $10::timestamptz
  )
include fragments/merge-devices.sql
returning user_id, device_id;
