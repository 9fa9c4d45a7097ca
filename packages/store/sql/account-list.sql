select
  a.id,
  a.name,
  a.created_at,
  (
    select max(s.last_used_at)
    from cuepoint.account_sign_ins s
    where s.account_id = a.id
  ) as last_used_at,
  (
    select coalesce(
      json_agg(json_build_object('userId', p.user_id, 'name', p.name) order by p.created_at, p.name),
      '[]'::json
    )
    from cuepoint.account_profiles p
    where p.account_id = a.id
  ) as profiles
from cuepoint.accounts a
order by a.name_key
