-- As mark-stale-devices.sql in steps, for a database on which a statement locks rows of one user only: first
-- who may be stale.
select user_id, device_id
from cuepoint.user_devices
where is_online and last_seen < $1::timestamptz
order by user_id, device_id
limit $2::integer;
