delete from cuepoint.hook_viewings v
where v.hook_id = $1::uuid and v.updated_at <= (
  select last.updated_at
  from cuepoint.hook_viewings last
  where last.hook_id = $1::uuid
  order by last.updated_at desc
  offset $2::integer
  limit 1
)
