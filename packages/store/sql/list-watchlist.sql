with page as (
  select content_id, timestamp_physical, device_id, tags
  from cuepoint.effective_watchlists
  where user_id = $1::uuid and content_id > $2::varchar collate "C"
  order by content_id
  limit $3::integer
)
select
  (
    select count(distinct content_id)::integer
    from cuepoint.user_watchlists
    where user_id = $1::uuid and not is_removed
  ) as total,
  page.*
from (values (true)) as always (row)
left join page on true
order by page.content_id;
