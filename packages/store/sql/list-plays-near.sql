-- Plays of some works around those of a page: what decides which of them tell of one viewing. [PLY1] [OPS3]
-- $2 works; $3, $4 the oldest and the newest time of each on the page; $5 how long after its beginning a play is of the same
-- viewing, in seconds; $6, $7 their names; $8 viewings on the way from the beginning of a chain; $9 rows of one name and time.
--
-- Plays that are each near the one before form a chain. Only its beginning tells which of its plays begin a viewing. `back` goes from the
-- page to that beginning, `begun` from there to the page; both read one row a viewing, not every play.
with recursive works as (
  select *
  from unnest($2::integer[], $3::timestamptz[], $4::timestamptz[], $5::float8[])
    as w (work, oldest_at, newest_at, window_seconds)
),
names as (
  select * from unnest($6::integer[], $7::varchar[]) as n (work, name)
),
back (work, at, steps) as (
  select w.work, w.oldest_at, 0 from works w
  union all
  select b.work, earlier.at, b.steps + 1
  from back b
  join works w on w.work = b.work
  cross join lateral (
    select min(found.at) as at
    from names n
    cross join lateral (
      include fragments/instants-of-name.sql
        and coalesce(p.watched_at, '-infinity') > b.at - make_interval(secs => w.window_seconds)
        and coalesce(p.watched_at, '-infinity') < b.at
      order by coalesce(p.watched_at, '-infinity')
      limit (select 1)
    ) found
    where n.work = b.work
  ) earlier
  where earlier.at is not null and b.steps < $8::integer
),
begun (work, at, steps) as (
  select b.work, min(b.at), 0 from back b group by b.work
  union all
  select b.work, later.at, b.steps + 1
  from begun b
  join works w on w.work = b.work
  cross join lateral (
    select min(found.at) as at
    from names n
    cross join lateral (
      include fragments/instants-of-name.sql
        and coalesce(p.watched_at, '-infinity') >= b.at + make_interval(secs => w.window_seconds)
        and coalesce(p.watched_at, '-infinity') < w.oldest_at
      order by coalesce(p.watched_at, '-infinity')
      limit (select 1)
    ) found
    where n.work = b.work
  ) later
  where later.at is not null and b.steps < $8::integer
),
-- What may have begun the viewing of the oldest; the oldest and what is of its very time; what comes after the newest.
spans (work, from_at, until_at, row_count) as (
  select b.work, max(b.at), max(b.at), 1
  from begun b
  join works w on w.work = b.work
  where b.at < w.oldest_at
  group by b.work
  union all
  select w.work, w.oldest_at, w.oldest_at, $9::bigint from works w
  union all
  select w.work, w.newest_at, w.newest_at + make_interval(secs => w.window_seconds), $9::bigint
  from works w
  where w.newest_at > '-infinity'
)
select p.*
from spans s
join names n on n.work = s.work
cross join lateral (
  select
    include fragments/play-columns.sql
  from cuepoint.user_plays p
  where p.user_id = $1::uuid
    and not p.is_removed
    and p.content_id = n.name
    and coalesce(p.watched_at, '-infinity') >= s.from_at
    and coalesce(p.watched_at, '-infinity') <= s.until_at
  order by coalesce(p.watched_at, '-infinity'), p.play_id
  limit (select s.row_count)
) p;
