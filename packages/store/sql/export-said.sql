-- A page of registers by kind and key, cleared ones as well. [OPS3]
select r.kind, r.key, r.value, r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id, r.updated_at
from cuepoint.user_registers r
where r.user_id = $1::uuid
  and (r.kind, r.key) > (split_part($2::varchar, chr(10), 1) collate "C", split_part($2::varchar, chr(10), 2) collate "C")
order by r.kind, r.key
limit (select $3::bigint);
