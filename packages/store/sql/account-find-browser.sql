select
  s.id,
  s.account_id,
  a.name,
  a.name_key,
  s.last_used_at < clock_timestamp() - interval '1 minute' as is_stale
from cuepoint.account_sign_ins s
join cuepoint.accounts a on a.id = s.account_id
where s.cookie_hash = $1::varchar and s.expires_at > clock_timestamp()
