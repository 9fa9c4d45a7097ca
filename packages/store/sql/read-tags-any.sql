-- As read-tags.sql; a tag is of one user but for a chance in 2^122.
select
  w.user_id, w.content_id, w.unique_tag, w.timestamp_physical, w.timestamp_logical, w.device_id,
  w.removed_by, w.removed_physical, w.removed_logical
from cuepoint.user_watchlists w
where w.user_id = any($1::uuid[]) and w.unique_tag = any($2::varchar[]);
