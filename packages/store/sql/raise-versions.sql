-- The next version of each user of a batch. The rows stay locked to the end of the transaction, so that of
-- two transactions of a user the one with the lower version commits first. [CUR1]
-- Users come sorted, and before everything else that the transaction locks. [SQL4]
insert into cuepoint.user_versions as t (user_id, version)
select r.user_id, 1
from unnest($1::uuid[]) with ordinality as r (user_id, position)
order by r.position
on conflict (user_id) do update
set version = t.version + 1
returning user_id, version::text as mark;
