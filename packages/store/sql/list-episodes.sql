-- A page of the episodes of a series, by any of its names $1, in their order. $2, $3, $4 where the page before ended. [OPS3]
select page.content_id, page.facts, page.season, page.episode
from unnest($1::varchar[]) as names (name)
cross join lateral (
  select c.content_id, c.facts, c.season, c.episode
  from cuepoint.catalogue_contents c
  where c.series_id = names.name
    and (c.season, c.episode, c.content_id) > ($2::integer, $3::integer, $4::varchar collate "C")
  order by c.season, c.episode, c.content_id
  -- A limit that the planner does not know: it takes the order of the index, and sorts nothing.
  limit (select $5::bigint)
) page
order by page.season, page.episode, page.content_id
limit $5::bigint;
