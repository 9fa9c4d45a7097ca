-- Newer news of a device wins; a revocation stays, and an older one brings nothing but itself.
-- `created_at` is $4: the export does not carry it.
insert into cuepoint.user_devices as t (
  user_id, device_id, device_type, platform, capabilities, app_version, last_seen, is_online,
  device_name, created_at, revoked_at
)
values (
  $1::uuid, $2::varchar, $3::varchar, $5::varchar, $6::jsonb, $7::varchar, $4::timestamptz,
  $8::boolean, $9::varchar, $4::timestamptz, $10::timestamptz
)
on conflict (user_id, device_id) do update
set device_type = case when t.last_seen < excluded.last_seen then excluded.device_type else t.device_type end,
    platform = case when t.last_seen < excluded.last_seen then excluded.platform else t.platform end,
    capabilities = case when t.last_seen < excluded.last_seen then excluded.capabilities else t.capabilities end,
    app_version = case when t.last_seen < excluded.last_seen then excluded.app_version else t.app_version end,
    is_online = case when t.last_seen < excluded.last_seen then excluded.is_online else t.is_online end,
    device_name = case when t.last_seen < excluded.last_seen then excluded.device_name else t.device_name end,
    last_seen = greatest(t.last_seen, excluded.last_seen),
    revoked_at = coalesce(t.revoked_at, excluded.revoked_at)
where t.last_seen < excluded.last_seen or (t.revoked_at is null and excluded.revoked_at is not null)
returning 1 as written;
