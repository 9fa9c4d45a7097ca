-- The rows of a user that devices catch up on, tombstones included; at most $2 of each table are looked at.
select (
  (select count(*) from (select 1 from cuepoint.user_watchlists w where w.user_id = $1::uuid limit $2::integer) w)
  + (select count(*) from (select 1 from cuepoint.user_progress p where p.user_id = $1::uuid limit $2::integer) p)
)::integer as rows;
