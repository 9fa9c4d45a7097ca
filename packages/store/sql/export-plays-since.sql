-- Plays that changed since a snapshot, and only those, whatever is open elsewhere. [CUR1]
select
  include fragments/play-columns.sql
  , p.removed_at
from cuepoint.user_plays p
where p.user_id = $1::uuid and p.changed_xid >= '0'::xid8
  and p.changed_xid >= pg_snapshot_xmin($2::pg_snapshot)
  and not pg_visible_in_snapshot(p.changed_xid, $2::pg_snapshot)
order by p.play_id;
