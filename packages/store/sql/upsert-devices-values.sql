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
on conflict (user_id, device_id) do update
set device_type = excluded.device_type,
    platform = excluded.platform,
    capabilities = excluded.capabilities,
    app_version = excluded.app_version,
    last_seen = greatest(t.last_seen, excluded.last_seen),
    is_online = excluded.is_online,
    device_name = excluded.device_name
where t.revoked_at is null
returning user_id, device_id;
