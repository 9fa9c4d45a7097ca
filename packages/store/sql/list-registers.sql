-- A page of a user's registers of one kind, by key, cleared ones as well. [OPS3]
select r.kind, r.key, r.value, r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id, r.updated_at
from cuepoint.user_registers r
where r.user_id = $1::uuid and r.kind = $2::varchar and r.key > $3::varchar collate "C"
order by r.key
-- A limit that the planner does not know: it takes the order of the index, and sorts nothing.
limit (select $4::bigint);
