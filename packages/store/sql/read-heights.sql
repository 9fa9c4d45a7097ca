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
select 'floor', '', f.collected_physical, f.collected_logical
from cuepoint.user_floors f
where f.user_id = $1::uuid
union all
select 'floor', '', e.erased_physical, 65535
from cuepoint.user_erasures e
where e.user_id = $1::uuid;
