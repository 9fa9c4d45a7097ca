-- Some registers, each by its kind, a line break and its key.
select r.kind, r.key, r.value, r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id, r.updated_at
from cuepoint.user_registers r
join unnest($2::varchar[]) as k (id)
  on r.kind = split_part(k.id, chr(10), 1) and r.key = split_part(k.id, chr(10), 2)
where r.user_id = $1::uuid
order by r.kind, r.key;
