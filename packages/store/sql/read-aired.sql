-- What is known to be in these series $2, under these very names, each series in one text: season · episode · release.
select names.name as series_id, string_agg(known.line, chr(30)) as lines
from unnest($2::varchar[]) as names (name)
cross join lateral (
  select concat_ws(chr(31), c.season, c.episode, c.facts ->> 'releasedAt') as line
  from cuepoint.catalogue_contents c
  where c.series_id = names.name and c.season < 2147483647 and c.episode < 2147483647
  union all
  select concat_ws(chr(31), r.value ->> 'season', r.value ->> 'episode', r.value ->> 'releasedAt')
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.series_id = names.name
    and r.value ->> 'season' is not null and r.value ->> 'episode' is not null
) known
group by names.name;
