-- Devices without a heartbeat since $1 go offline, at most $2 of them. [LIV6]
-- In key order, and past what a writer holds: never in a deadlock with heartbeats. [SQL4]
with stale as (
  select d.user_id, d.device_id
  from cuepoint.user_devices d
  where d.is_online and d.last_seen < $1::timestamptz
  order by d.user_id, d.device_id
  limit $2::integer
  for update skip locked
)
update cuepoint.user_devices t
set is_online = false
from stale
where t.user_id = stale.user_id and t.device_id = stale.device_id
returning t.user_id, t.device_id;
