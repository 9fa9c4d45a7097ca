select
  s.id,
  s.user_id,
  p.name as profile_name,
  s.label,
  s.device_id,
  s.created_at,
  s.last_used_at
from cuepoint.account_sign_ins s
left join cuepoint.account_profiles p on p.user_id = s.user_id
where s.account_id = $1::uuid and s.expires_at > clock_timestamp()
order by s.last_used_at desc, s.id
