select v.viewing
from cuepoint.hook_viewings v
where v.hook_id = $1::uuid and v.item <> $2::text and v.device = $3::text
order by v.updated_at desc
limit 1
