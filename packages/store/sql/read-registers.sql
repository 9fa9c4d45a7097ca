-- The stored state of some registers, for callers whose change met another.
select
  p.user_id, p.content_id, p.position_seconds, p.duration_seconds, p.state,
  p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id, p.is_cleared, p.changed_xid::text as mark
from unnest($1::uuid[], $2::varchar[]) as r (user_id, content_id)
join cuepoint.user_progress p on p.user_id = r.user_id and p.content_id = r.content_id;
