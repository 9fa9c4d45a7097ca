-- A page of what a user did something with, the latest first: the time of each is never before the act. $2, $3 where the page
-- before ended. [CW2] [OPS3]
with found as (
  select page.*
  from unnest('{0,1,2,3,4,5}'::smallint[]) as shelves (shelf)
  cross join lateral (
    select p.content_id as key, p.recent_ms as until_ms
    from cuepoint.user_progress p
    where p.user_id = $1::uuid
      and not p.is_cleared
      and p.shelf = shelves.shelf
      and (p.recent_ms, p.content_id) < ($2::bigint, $3::varchar collate "C")
    order by p.recent_ms desc, p.content_id desc
    -- Limits that the planner does not know: it takes the order of the index, and sorts nothing.
    limit (select $4::bigint)
  ) page
  union all
  select page.*
  from (
    select r.key, r.engaged_ms as until_ms
    from cuepoint.user_registers r
    where r.user_id = $1::uuid
      and r.engaged_ms is not null
      and (r.engaged_ms, r.key) < ($2::bigint, $3::varchar collate "C")
    order by r.engaged_ms desc, r.key desc
    limit (select $4::bigint)
  ) page
)
select key, until_ms
from found
order by until_ms desc, key desc
limit $4::bigint;
