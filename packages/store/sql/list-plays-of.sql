-- As list-plays.sql, of one content ($7).
select
  p.play_id, p.content_id, p.watched_precision, p.source,
  (extract(epoch from p.watched_at) * 1000)::float8 as watched_ms,
  p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
  p.removed_by, p.removed_physical, p.removed_logical
from cuepoint.user_plays p
where p.user_id = $1::uuid
  and not p.is_removed
  and p.content_id = $7::varchar
  and (coalesce(p.watched_at, '-infinity'), p.play_id) < ($2::timestamptz, $3::uuid)
  and coalesce(p.watched_at, '-infinity') >= $4::timestamptz
  and coalesce(p.watched_at, '-infinity') < $5::timestamptz
order by coalesce(p.watched_at, '-infinity') desc, p.play_id desc
limit (select $6::bigint);
