-- What changed last of a user, tombstones included. [OPS3]
select
  content_id, unique_tag, timestamp_physical, timestamp_logical, device_id,
  removed_by, removed_physical, removed_logical, created_at, removed_at
from cuepoint.user_watchlists
where user_id = $1::uuid and changed_xid >= '0'::xid8
order by changed_xid desc, unique_tag desc
limit (select $2::bigint);
