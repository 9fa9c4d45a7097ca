-- As read-registers.sql, and some more: every pair of these users and contents. For few of them.
select
  p.user_id, p.content_id, p.position_seconds, p.duration_seconds, p.state,
  p.timestamp_physical, p.timestamp_logical, p.claim_physical, p.claim_logical, p.device_id, p.is_cleared
from cuepoint.user_progress p
where p.user_id = any($1::uuid[]) and p.content_id = any($2::varchar[]);
