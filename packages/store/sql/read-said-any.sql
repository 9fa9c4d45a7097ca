-- As read-said.sql, and some more: every pair of these users and registers. For few of them.
select
  r.user_id, r.kind, r.key, r.value, r.timestamp_physical, r.timestamp_logical, r.claim_physical, r.claim_logical, r.device_id
from cuepoint.user_registers r
where r.user_id = any($1::uuid[])
  and (r.kind, r.key) in (select split_part(k.id, chr(10), 1), split_part(k.id, chr(10), 2) from unnest($2::varchar[]) as k (id));
