-- Newer news of a device wins; a revocation stays, and an older one brings nothing but itself. `created_at` is $4: the export does not carry it.
insert into cuepoint.user_devices as t (
  user_id, device_id, device_type, platform, capabilities, app_version, last_seen, is_online,
  device_name, created_at, revoked_at
)
values (
  $1::uuid, $2::varchar, $3::varchar, $5::varchar, $6::jsonb, $7::varchar, $4::timestamptz,
  $8::boolean, $9::varchar, $4::timestamptz, $10::timestamptz
)
on conflict (user_id, device_id) do update
set (device_type, platform, capabilities, app_version, is_online, device_name) = (
      select s.device_type, s.platform, s.capabilities, s.app_version, s.is_online, s.device_name
      from (values (t.*), (excluded.*)) as s
returning 1 as written;
