-- Plays of some contents around those of a page: what decides which of them tell of one viewing. [PLY1] [OPS3]
-- $2 contents; $3, $4 the oldest and the newest time of each on the page; $5 how long after the newest one its viewing may
-- go on, in seconds; $6 rows of each side.
select
  p.*
from unnest($2::varchar[], $3::timestamptz[], $4::timestamptz[], $5::float8[])
  as page (content_id, oldest_at, newest_at, window_seconds)
cross join lateral (
  (
    select
      include fragments/play-columns.sql
    from cuepoint.user_plays p
    where p.user_id = $1::uuid
      and not p.is_removed
      and p.content_id = page.content_id
      and coalesce(p.watched_at, '-infinity') < page.oldest_at
    order by coalesce(p.watched_at, '-infinity') desc, p.play_id desc
    limit (select $6::bigint)
  )
  union all
  (
    select
      include fragments/play-columns.sql
    from cuepoint.user_plays p
    where p.user_id = $1::uuid
      and not p.is_removed
      and p.content_id = page.content_id
      and coalesce(p.watched_at, '-infinity') >= page.oldest_at
      and coalesce(p.watched_at, '-infinity')
        <= page.newest_at + make_interval(secs => page.window_seconds)
    order by coalesce(p.watched_at, '-infinity'), p.play_id
    limit (select $6::bigint)
  )
) p;
