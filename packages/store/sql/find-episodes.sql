-- Episodes by the names $2 of their series with season $3 and number $4, of user $1 first. At most $5 of each. [OPS3]
select true as is_own, own.key as content_id, own.value as facts
from unnest($2::varchar[], $3::integer[], $4::integer[]) as wanted (series_id, season, episode)
cross join lateral (
  select r.key, r.value
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.series_id = wanted.series_id
    and r.value -> 'season' = to_jsonb(wanted.season) and r.value -> 'episode' = to_jsonb(wanted.episode)
  order by r.key
  limit (select $5::bigint)
) own
union all
select false, known.content_id, known.facts
from unnest($2::varchar[], $3::integer[], $4::integer[]) as wanted (series_id, season, episode)
cross join lateral (
  select c.content_id, c.facts
  from cuepoint.catalogue_contents c
  where c.series_id = wanted.series_id and c.season = wanted.season and c.episode = wanted.episode
  order by c.content_id
  limit (select $5::bigint)
) known;
