-- As read-plays.sql; of a play that two users have, both may come.
select
  p.user_id,
  include fragments/play-columns.sql
from cuepoint.user_plays p
where p.user_id = any($1::uuid[]) and p.play_id = any($2::uuid[]);
