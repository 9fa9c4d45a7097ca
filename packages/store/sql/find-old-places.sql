-- As delete-old-places.sql in steps, for a database on which a statement locks rows of one user only: first which there may be.
select r.user_id, r.key
from cuepoint.user_registers r
where r.kind = 'place'
  and r.timestamp_physical
    < (extract(epoch from coalesce($1::timestamptz, clock_timestamp())) - $2::float8) * 1000
order by r.timestamp_physical
limit $3::integer;
