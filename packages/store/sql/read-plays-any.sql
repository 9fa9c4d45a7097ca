-- As read-plays.sql; of a play that two users have, both may come.
select
  p.user_id, p.play_id, p.content_id, p.watched_precision, p.source,
  (extract(epoch from p.watched_at) * 1000)::float8 as watched_ms,
  p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
  p.removed_by, p.removed_physical, p.removed_logical
from cuepoint.user_plays p
where p.user_id = any($1::uuid[]) and p.play_id = any($2::uuid[]);
