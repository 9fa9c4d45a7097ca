-- A page of a user's registers, the newest first by the times of their stamps, of the shelves $5. $2, $3 where the page
-- before ended. [OPS3]
with found as (
  -- At rest a register stands at its exact time.
  select page.*
  from unnest($5::smallint[]) as shelves (shelf)
  cross join lateral (
    select
      p.content_id, p.position_seconds, p.duration_seconds, p.state,
      p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
      p.is_cleared, p.updated_at
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
  -- While it plays, at the end of a stretch of time: whole stretches are read.
  select page.*
  from unnest($5::smallint[]) as shelves (shelf)
  cross join lateral (
    select
      p.content_id, p.position_seconds, p.duration_seconds, p.state,
      p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id,
      p.is_cleared, p.updated_at
    from cuepoint.user_progress p
    where p.user_id = $1::uuid
      and not p.is_cleared
      and p.shelf = shelves.shelf + 3
      and p.recent_ms <= ($2::bigint | 262143)
      and (p.timestamp_physical, p.content_id) < ($2::bigint, $3::varchar collate "C")
    order by p.recent_ms desc
    fetch first (select $4::bigint) rows with ties
  ) page
)
select
  content_id, position_seconds, duration_seconds, state,
  timestamp_physical, timestamp_logical, claim_physical, claim_logical, device_id, is_cleared, updated_at
from found
order by timestamp_physical desc, content_id desc
limit $4::bigint;
