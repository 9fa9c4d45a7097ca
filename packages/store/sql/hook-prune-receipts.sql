delete from cuepoint.hook_receipts r
where r.hook_id = $1::uuid and r.id <= (
  select last.id
  from cuepoint.hook_receipts last
  where last.hook_id = $1::uuid
  order by last.id desc
  offset $2::integer
  limit 1
)
