-- All that the names $1 and whatever they stand for are called, as aliases and what each stands for. There is no cycle among
-- them, and a content has at most 100 names. The limits have the planner take an index for each, however many there are. [OPS3]
with recursive above (name) as (
  select n.name collate "C" from unnest($1::varchar[]) as n (name)
  union
  select target.content_id
  from above
  cross join lateral (
    select a.content_id from cuepoint.catalogue_aliases a where a.alias = above.name limit 1
  ) target
),
names (name) as (
  select above.name from above
  union
  select other.alias
  from names
  cross join lateral (
    select a.alias from cuepoint.catalogue_aliases a where a.content_id = names.name limit 100
  ) other
)
select names.name as alias, target.content_id
from names
cross join lateral (
  select a.content_id from cuepoint.catalogue_aliases a where a.alias = names.name limit 1
) target
order by names.name;
