-- Then a user's places that are, and past what a writer holds: never in a deadlock with one. [SQL4]
select r.key
from cuepoint.user_registers r
where r.user_id = $1::uuid
  and r.kind = 'place'
  and r.key = any($2::varchar[])
  and r.timestamp_physical
    < (extract(epoch from coalesce($3::timestamptz, clock_timestamp())) - $4::float8) * 1000
order by r.key
for update skip locked;
