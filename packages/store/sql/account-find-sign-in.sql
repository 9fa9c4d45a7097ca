-- A browser speaks for any profile of its account.
select
  s.user_id,
  s.last_used_at < clock_timestamp() - interval '1 minute' as is_stale
from cuepoint.account_sign_ins s
join cuepoint.account_profiles p on p.account_id = s.account_id and p.user_id = $2::uuid
where s.id = $1::uuid
  and s.expires_at > clock_timestamp()
  and (s.user_id is null or s.user_id = p.user_id)
