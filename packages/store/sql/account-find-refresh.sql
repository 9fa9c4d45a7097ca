-- The whole family waits for whoever rotates one of its tokens.
select
  s.id,
  s.account_id,
  s.user_id,
  s.device_id,
  s.expires_at > clock_timestamp() as is_open,
  t.rotated_at is not null as is_rotated,
  -- On either side: a clock that was set back says nothing of when it was.
  coalesce(abs(extract(epoch from clock_timestamp() - t.rotated_at)) * 1000 < $2::bigint, true) as is_in_grace
from cuepoint.account_refresh_tokens t
join cuepoint.account_sign_ins s on s.id = t.sign_in_id
where t.token_hash = $1::varchar
for update of s
