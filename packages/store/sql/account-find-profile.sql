select p.user_id, p.name
from cuepoint.account_profiles p
where p.user_id = $1::uuid
