-- A page of the history, the newest first; what nobody knows the time of comes last. [OPS3]
-- $2, $3 where the page before ended; $4, $5 from and to, $5 excluded; $6 rows.
select
  include fragments/play-columns.sql
from cuepoint.user_plays p
where p.user_id = $1::uuid
  and not p.is_removed
  and (coalesce(p.watched_at, '-infinity'), p.play_id) < ($2::timestamptz, $3::uuid)
  and coalesce(p.watched_at, '-infinity') >= $4::timestamptz
  and coalesce(p.watched_at, '-infinity') < $5::timestamptz
order by coalesce(p.watched_at, '-infinity') desc, p.play_id desc
-- A limit that the planner does not know: it takes the order of the index, and sorts nothing.
limit (select $6::bigint);
