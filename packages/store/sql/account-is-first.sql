-- Who was made by the set-up link, or added first.
select a.id = $1::uuid as is_first
from cuepoint.accounts a
order by a.created_at, a.id
limit 1
