-- What changed last of a user's history, removed plays as well. [OPS3]
select
  include fragments/play-columns.sql
  , p.created_at, p.removed_at
from cuepoint.user_plays p
where p.user_id = $1::uuid and p.changed_xid >= '0'::xid8
order by p.changed_xid desc, p.play_id desc
limit (select $2::bigint);
