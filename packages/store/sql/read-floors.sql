select user_id, collected_physical as physical, collected_logical as logical
from cuepoint.user_floors
where user_id = any($1::uuid[]);
