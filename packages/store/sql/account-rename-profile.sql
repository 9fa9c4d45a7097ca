update cuepoint.account_profiles p
set name = $3::varchar
where p.account_id = $1::uuid
  and p.user_id = $2::uuid
  and not exists (
    select from cuepoint.account_profiles o
    where o.account_id = $1::uuid and o.name = $3::varchar and o.user_id <> $2::uuid
  )
