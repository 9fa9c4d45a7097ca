on conflict (user_id, kind, key) do update
set value = excluded.value,
    timestamp_physical = excluded.timestamp_physical,
    timestamp_logical = excluded.timestamp_logical,
    claim_physical = excluded.claim_physical,
    claim_logical = excluded.claim_logical,
    device_id = excluded.device_id,
    updated_at = excluded.updated_at,
    changed_xid = excluded.changed_xid
where
  include fragments/is-later.sql
