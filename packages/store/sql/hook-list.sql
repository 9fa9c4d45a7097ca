select h.id, h.user_id, h.source, h.label, h.accepted_users, h.created_at, h.last_used_at
from cuepoint.hooks h
where h.user_id = $1::uuid
order by h.created_at, h.id
