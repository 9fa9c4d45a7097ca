-- As list-plays.sql, of a work by all its names ($7).
select p.*
from unnest($7::varchar[]) as names (name)
cross join lateral (
  select
    include fragments/play-columns.sql
    , coalesce(p.watched_at, '-infinity') as at
  from cuepoint.user_plays p
  where p.user_id = $1::uuid
    and not p.is_removed
    and p.content_id = names.name
    and (coalesce(p.watched_at, '-infinity'), p.play_id) < ($2::timestamptz, $3::uuid)
    and coalesce(p.watched_at, '-infinity') >= $4::timestamptz
    and coalesce(p.watched_at, '-infinity') < $5::timestamptz
  order by coalesce(p.watched_at, '-infinity') desc, p.play_id desc
  limit (select $6::bigint)
) p
order by p.at desc, p.play_id desc
limit $6::bigint;
