-- The stamps that are stored of some of a user's keys, and what no stamp of the user may be at or below. [HLC4]
select 'progress' as kind, p.content_id as key, p.timestamp_physical as physical, p.timestamp_logical as logical
from cuepoint.user_progress p
where p.user_id = $1::uuid and p.content_id = any($2::varchar[])
union all
select 'tag', w.unique_tag, w.timestamp_physical, w.timestamp_logical
from cuepoint.user_watchlists w
where w.user_id = $1::uuid and w.unique_tag = any($3::varchar[]) and w.timestamp_physical is not null
union all
select 'tag', w.unique_tag, w.removed_physical, w.removed_logical
from cuepoint.user_watchlists w
where w.user_id = $1::uuid and w.unique_tag = any($3::varchar[]) and w.is_removed
union all
select 'register', r.kind || chr(10) || r.key, r.timestamp_physical, r.timestamp_logical
from cuepoint.user_registers r
join unnest($4::varchar[]) as k (id)
  on r.kind = split_part(k.id, chr(10), 1) and r.key = split_part(k.id, chr(10), 2)
where r.user_id = $1::uuid
union all
select 'play', h.play_id::text, h.timestamp_physical, h.timestamp_logical
from cuepoint.user_plays h
where h.user_id = $1::uuid and h.play_id = any($5::uuid[]) and h.timestamp_physical is not null
union all
select 'play', h.play_id::text, h.removed_physical, h.removed_logical
from cuepoint.user_plays h
where h.user_id = $1::uuid and h.play_id = any($5::uuid[]) and h.is_removed
union all
select 'floor', '', f.collected_physical, f.collected_logical
from cuepoint.user_floors f
where f.user_id = $1::uuid
union all
select 'floor', '', e.erased_physical, 65535
from cuepoint.user_erasures e
where e.user_id = $1::uuid;
