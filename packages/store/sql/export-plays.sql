-- A page of plays by id, removed ones as well. [OPS3]
select
  include fragments/play-columns.sql
  , p.removed_at
from cuepoint.user_plays p
where p.user_id = $1::uuid and p.play_id > $2::uuid
order by p.play_id
limit (select $3::bigint);
