on conflict (user_id, device_id) do update
set device_type = excluded.device_type,
    platform = excluded.platform,
    capabilities = excluded.capabilities,
    app_version = excluded.app_version,
    last_seen = greatest(t.last_seen, excluded.last_seen),
    is_online = excluded.is_online,
    device_name = excluded.device_name
where t.revoked_at is null
