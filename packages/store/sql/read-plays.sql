-- The stored state of some plays, for callers whose change met another.
select
  p.user_id,
  include fragments/play-columns.sql
  , p.changed_xid::text as mark
from unnest($1::uuid[], $2::uuid[]) as r (user_id, play_id)
join cuepoint.user_plays p on p.user_id = r.user_id and p.play_id = r.play_id;
