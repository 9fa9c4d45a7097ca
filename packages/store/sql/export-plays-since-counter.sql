-- Plays that changed after a version of the user. [CUR1]
select
  include fragments/play-columns.sql
  , p.removed_at
from cuepoint.user_plays p
where p.user_id = $1::uuid and p.changed_version >= 0 and p.changed_version > $2::bigint
order by p.play_id;
