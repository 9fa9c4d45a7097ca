select user_id, erased_physical
from cuepoint.user_erasures
where user_id = any($1::uuid[]);
