-- Then a user's devices that are, and past what a writer holds: never in a deadlock with heartbeats. [SQL4]
select device_id
from cuepoint.user_devices
where user_id = $1::uuid
  and device_id = any($2::varchar[])
  and is_online
  and last_seen < $3::timestamptz
order by device_id
for update skip locked;
