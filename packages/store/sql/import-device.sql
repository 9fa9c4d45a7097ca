-- Newer news of a device wins; a revocation stays. `created_at` is $4: the export does not carry it.
insert into cuepoint.user_devices as t (
  user_id, device_id, device_type, platform, capabilities, app_version, last_seen, is_online,
  device_name, created_at, revoked_at
)
values (
  $1::uuid, $2::varchar, $3::varchar, $5::varchar, $6::jsonb, $7::varchar, $4::timestamptz,
  $8::boolean, $9::varchar, $4::timestamptz, $10::timestamptz
)
on conflict (user_id, device_id) do update
set device_type = excluded.device_type,
    platform = excluded.platform,
    capabilities = excluded.capabilities,
    app_version = excluded.app_version,
    last_seen = greatest(t.last_seen, excluded.last_seen),
    is_online = excluded.is_online,
    device_name = excluded.device_name,
    revoked_at = coalesce(t.revoked_at, excluded.revoked_at)
where t.last_seen < excluded.last_seen or (t.revoked_at is null and excluded.revoked_at is not null)
returning 1 as written;
