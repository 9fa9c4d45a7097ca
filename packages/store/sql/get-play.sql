-- One play, removed or not, by the unique key. [OPS3]
select
  include fragments/play-columns.sql
from cuepoint.user_plays p
where p.user_id = $1::uuid and p.play_id = $2::uuid;
