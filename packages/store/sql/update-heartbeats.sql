-- Rows are locked in key order before they are updated: two writers never deadlock. [SQL4]
with beats as (
  select d.user_id, d.device_id, r.last_seen
  from unnest($1::uuid[], $2::varchar[], $3::timestamptz[]) as r (user_id, device_id, last_seen)
  join cuepoint.user_devices d on d.user_id = r.user_id and d.device_id = r.device_id
  where d.revoked_at is null
  order by d.user_id, d.device_id
  for update of d
)
update cuepoint.user_devices t
set last_seen = greatest(t.last_seen, beats.last_seen), is_online = true
from beats
where t.user_id = beats.user_id and t.device_id = beats.device_id
returning t.user_id, t.device_id;
