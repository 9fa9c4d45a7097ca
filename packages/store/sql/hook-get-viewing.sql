select v.viewing
from cuepoint.hook_viewings v
where v.hook_id = $1::uuid and v.item = $2::text
for update
