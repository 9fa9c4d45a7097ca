on conflict (user_id, content_id) do update
set position_seconds = excluded.position_seconds,
    duration_seconds = excluded.duration_seconds,
    state = excluded.state,
    timestamp_physical = excluded.timestamp_physical,
    timestamp_logical = excluded.timestamp_logical,
    claim_physical = excluded.claim_physical,
    claim_logical = excluded.claim_logical,
    device_id = excluded.device_id,
    updated_at = excluded.updated_at,
    is_cleared = excluded.is_cleared,
    changed_xid = excluded.changed_xid
where
  include fragments/is-later.sql
