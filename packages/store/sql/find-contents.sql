-- Contents that may be what somebody names: what user $1 has of these very names $2, and by ids elsewhere $3, $4, $5 and titles $6;
-- the user's own come first. At most $7 of each. Ranges of one name each, so that the planner takes their index also where it knows
-- nothing of the table. [OPS3]
with titles as (
  include fragments/plain-titles.sql
)
select true as is_own, named.key as content_id, named.value as facts
from unnest($2::varchar[]) as names (name)
cross join lateral (
  select r.key, r.value
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.kind = 'content' and r.key >= names.name and r.key <= names.name
  order by r.key
  limit (select 1)
) named
union all
select true as is_own, found.key as content_id, found.value as facts
from unnest($3::text[]) as ids (id)
cross join lateral (
  select r.key, r.value
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.imdb_id >= ids.id collate "C" and r.imdb_id <= ids.id collate "C"
  order by r.imdb_id, r.key
  limit (select $7::bigint)
) found
union all
select true as is_own, found.key as content_id, found.value as facts
from unnest($4::text[]) as ids (id)
cross join lateral (
  select r.key, r.value
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.tmdb_id >= ids.id collate "C" and r.tmdb_id <= ids.id collate "C"
  order by r.tmdb_id, r.key
  limit (select $7::bigint)
) found
union all
select true as is_own, found.key as content_id, found.value as facts
from unnest($5::text[]) as ids (id)
cross join lateral (
  select r.key, r.value
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.tvdb_id >= ids.id collate "C" and r.tvdb_id <= ids.id collate "C"
  order by r.tvdb_id, r.key
  limit (select $7::bigint)
) found
union all
select true as is_own, found.key as content_id, found.value as facts
from titles
cross join lateral (
  select r.key, r.value
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.title_key >= titles.title_key collate "C" and r.title_key <= titles.title_key collate "C"
  order by r.title_key, r.key
  limit (select $7::bigint)
) found
union all
select false, named.content_id, named.facts
from unnest($2::varchar[]) as names (name)
cross join lateral (
  select c.content_id, c.facts from cuepoint.catalogue_contents c where c.content_id = names.name limit (select 1)
) named
union all
select false, found.content_id, found.facts
from unnest($3::text[]) as ids (id)
cross join lateral (
  select c.content_id, c.facts
  from cuepoint.catalogue_contents c
  where c.imdb_id >= ids.id collate "C" and c.imdb_id <= ids.id collate "C"
  order by c.imdb_id, c.content_id
  limit (select $7::bigint)
) found
union all
select false, found.content_id, found.facts
from unnest($4::text[]) as ids (id)
cross join lateral (
  select c.content_id, c.facts
  from cuepoint.catalogue_contents c
  where c.tmdb_id >= ids.id collate "C" and c.tmdb_id <= ids.id collate "C"
  order by c.tmdb_id, c.content_id
  limit (select $7::bigint)
) found
union all
select false, found.content_id, found.facts
from unnest($5::text[]) as ids (id)
cross join lateral (
  select c.content_id, c.facts
  from cuepoint.catalogue_contents c
  where c.tvdb_id >= ids.id collate "C" and c.tvdb_id <= ids.id collate "C"
  order by c.tvdb_id, c.content_id
  limit (select $7::bigint)
) found
union all
select false, found.content_id, found.facts
from titles
cross join lateral (
  select c.content_id, c.facts
  from cuepoint.catalogue_contents c
  where c.title_key >= titles.title_key collate "C" and c.title_key <= titles.title_key collate "C"
  order by c.title_key, c.content_id
  limit (select $7::bigint)
) found;
