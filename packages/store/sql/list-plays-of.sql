-- As list-plays.sql, of one content ($7).
select
  include fragments/play-columns.sql
from cuepoint.user_plays p
where p.user_id = $1::uuid
  and not p.is_removed
  and p.content_id = $7::varchar
  and (coalesce(p.watched_at, '-infinity'), p.play_id) < ($2::timestamptz, $3::uuid)
  and coalesce(p.watched_at, '-infinity') >= $4::timestamptz
  and coalesce(p.watched_at, '-infinity') < $5::timestamptz
order by coalesce(p.watched_at, '-infinity') desc, p.play_id desc
limit (select $6::bigint);
