-- Plays of a user by ids between others. $2, $3 the first and the last of each.
select
  p.*
from unnest($2::uuid[], $3::uuid[]) as ids (first_id, last_id)
cross join lateral (
  select
    q.play_id, q.content_id, q.watched_precision, q.source,
    (extract(epoch from q.watched_at) * 1000)::float8 as watched_ms,
    q.timestamp_physical, q.timestamp_logical, q.claim_physical, q.claim_logical, q.device_id,
    q.removed_by, q.removed_physical, q.removed_logical
  from cuepoint.user_plays q
  where q.user_id = $1::uuid and q.play_id >= ids.first_id and q.play_id <= ids.last_id and not q.is_removed
  order by q.play_id
  limit (select 16)
) p;
