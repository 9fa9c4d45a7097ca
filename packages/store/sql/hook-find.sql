select h.id, h.user_id, h.source, h.secret_hash, h.accepted_users
from cuepoint.hooks h
where h.secret_hash = $1::text
