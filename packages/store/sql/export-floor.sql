select collected_physical as physical, collected_logical as logical
from cuepoint.user_floors
where user_id = $1::uuid;
