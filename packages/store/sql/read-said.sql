-- The stored state of some registers, for callers whose change met another. A key has its kind and a line break before it.
select
  r.user_id, r.kind, r.key, r.value, r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id, r.changed_xid::text as mark
from unnest($1::uuid[], $2::varchar[]) as k (user_id, id)
join cuepoint.user_registers r
  on r.user_id = k.user_id
  and r.kind = split_part(k.id, chr(10), 1) and r.key = split_part(k.id, chr(10), 2);
