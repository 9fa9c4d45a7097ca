select a.id, a.name, a.password_hash
from cuepoint.accounts a
where a.name_key = $1::varchar
