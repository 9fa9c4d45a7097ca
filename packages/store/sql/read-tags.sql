-- The stored state of some tags, for callers whose change met another.
select
  w.user_id, w.content_id, w.unique_tag, w.timestamp_physical, w.timestamp_logical, w.device_id,
  w.removed_by, w.removed_physical, w.removed_logical, w.changed_xid::text as mark
from unnest($1::uuid[], $2::varchar[]) as r (user_id, unique_tag)
join cuepoint.user_watchlists w on w.user_id = r.user_id and w.unique_tag = r.unique_tag;
