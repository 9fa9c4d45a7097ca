-- What the catalogue says is in a series, by any of its names $1. [OPS3]
select episodes.content_id, episodes.facts
from unnest($1::varchar[]) as names (name)
cross join lateral (
  select c.content_id, c.facts
  from cuepoint.catalogue_contents c
  where c.series_id = names.name
  order by c.season, c.episode, c.content_id
  limit (select $2::bigint)
) episodes;
