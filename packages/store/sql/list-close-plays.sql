-- Plays of a user that begin so soon after or before another one of the same content that they may tell of one viewing. [PLY1]
-- $2 how soon, in seconds.
select
  p.play_id, p.content_id, p.watched_precision, p.source, p.watched_ms,
  p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
  p.removed_by, p.removed_physical, p.removed_logical
from (
  select
    q.play_id, q.content_id, q.watched_precision, q.source,
    (extract(epoch from q.watched_at) * 1000)::float8 as watched_ms,
    q.timestamp_physical, q.timestamp_logical, q.claim_physical, q.claim_logical, q.device_id,
    q.removed_by, q.removed_physical, q.removed_logical,
    coalesce(q.watched_at, '-infinity') as at,
    lag(coalesce(q.watched_at, '-infinity')) over near as before_at,
    lead(coalesce(q.watched_at, '-infinity')) over near as after_at
  from cuepoint.user_plays q
  where q.user_id = $1::uuid and not q.is_removed
  window near as (partition by q.content_id order by coalesce(q.watched_at, '-infinity'), q.play_id)
) p
where p.at <= p.before_at + make_interval(secs => $2::float8)
  or p.after_at <= p.at + make_interval(secs => $2::float8);
