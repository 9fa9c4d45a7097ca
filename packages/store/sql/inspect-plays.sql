-- What changed last of a user's history, removed plays as well. [OPS3]
select
  p.play_id, p.content_id, p.watched_precision, p.source,
  (extract(epoch from p.watched_at) * 1000)::float8 as watched_ms,
  p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
  p.removed_by, p.removed_physical, p.removed_logical, p.created_at, p.removed_at
from cuepoint.user_plays p
where p.user_id = $1::uuid and p.changed_xid >= '0'::xid8
order by p.changed_xid desc, p.play_id desc
limit (select $2::bigint);
