select p.user_id, p.name
from cuepoint.account_profiles p
where p.account_id = $1::uuid
order by p.created_at, p.name
