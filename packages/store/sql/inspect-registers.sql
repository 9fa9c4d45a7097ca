-- What changed last of a user's registers. [OPS3]
select r.kind, r.key, r.value, r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id, r.updated_at
from cuepoint.user_registers r
where r.user_id = $1::uuid and r.changed_xid >= '0'::xid8
order by r.changed_xid desc, r.kind desc, r.key desc
limit (select $2::bigint);
