-- One tag by the unique key: it costs a row, however many its user has. [OPS3]
select
  w.content_id, w.unique_tag, w.timestamp_physical, w.timestamp_logical, w.device_id,
  w.removed_by, w.removed_physical, w.removed_logical
from cuepoint.user_watchlists w
where w.user_id = $1::uuid and w.unique_tag = $2::varchar;
