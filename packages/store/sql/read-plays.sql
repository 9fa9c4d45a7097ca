-- The stored state of some plays, for callers whose change met another.
select
  p.user_id, p.play_id, p.content_id, p.watched_precision, p.source,
  (extract(epoch from p.watched_at) * 1000)::float8 as watched_ms,
  p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
  p.removed_by, p.removed_physical, p.removed_logical, p.changed_xid::text as mark
from unnest($1::uuid[], $2::uuid[]) as r (user_id, play_id)
join cuepoint.user_plays p on p.user_id = r.user_id and p.play_id = r.play_id;
