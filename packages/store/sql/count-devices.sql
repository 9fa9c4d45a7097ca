-- Devices that a user has or had, removed ones as long as they are remembered; at most $2 are looked at.
select count(*)::integer as devices
from (select 1 from cuepoint.user_devices d where d.user_id = $1::uuid limit $2::integer) d;
