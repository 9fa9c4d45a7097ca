select s.id
from cuepoint.account_sign_ins s
join cuepoint.account_profiles p on p.account_id = s.account_id and p.user_id = $1::uuid
where s.id = any($2::uuid[])
  and s.expires_at > clock_timestamp()
  and (s.user_id is null or s.user_id = p.user_id)
