-- The rows of a user's watchlist, progress, registers and history, tombstones included; at most $2 of each table are looked at.
select (
  (select count(*) from (select 1 from cuepoint.user_watchlists w where w.user_id = $1::uuid limit $2::integer) w)
  + (select count(*) from (select 1 from cuepoint.user_progress p where p.user_id = $1::uuid limit $2::integer) p)
  + (select count(*) from (select 1 from cuepoint.user_registers r where r.user_id = $1::uuid limit $2::integer) r)
  + (select count(*) from (select 1 from cuepoint.user_plays h where h.user_id = $1::uuid limit $2::integer) h)
)::integer as rows;
