-- The live tags of a page of contents; of the last content all, however many. [OPS3]
select content_id, unique_tag, timestamp_physical, timestamp_logical, device_id
from cuepoint.user_watchlists
where user_id = $1::uuid and not is_removed and content_id > $2::varchar collate "C"
order by content_id
-- A limit that the planner does not know: it takes the order of the index, and sorts nothing.
fetch first (select $3::bigint) rows with ties;
