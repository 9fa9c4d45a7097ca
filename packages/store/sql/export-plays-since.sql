-- Plays that changed since a mark.
select
  p.play_id, p.content_id, p.watched_precision, p.source,
  (extract(epoch from p.watched_at) * 1000)::float8 as watched_ms,
  p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
  p.removed_by, p.removed_physical, p.removed_logical, p.removed_at
from cuepoint.user_plays p
where p.user_id = $1::uuid and p.changed_xid >= $2::xid8 and p.changed_xid >= '0'::xid8
order by p.play_id;
