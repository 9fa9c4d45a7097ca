with matching as (
  select p.*
  from cuepoint.user_progress p
  -- isFinished of core, for what this row knows; the views of the origin keep its nine tenths. [LWW5]
  cross join lateral (
    select cuepoint.is_completed(p.position_seconds, p.duration_seconds)
      and (p.duration_seconds <= 3600 or p.duration_seconds - p.position_seconds <= 300) as is_finished
  ) rule
  where p.user_id = $1::uuid
    and not p.is_cleared
    and case $4::text
      when 'completed' then is_finished
      when 'in_progress' then p.position_seconds > 0 and not is_finished
      else true
    end
),
page as (
  select
    content_id, position_seconds, duration_seconds, state,
    timestamp_physical, timestamp_logical, device_id, is_cleared, updated_at
  from matching
  where content_id > $2::varchar collate "C"
  order by content_id
  limit $3::integer
)
select (select count(*)::integer from matching) as total, page.*
from (values (true)) as always (row)
left join page on true
order by page.content_id;
