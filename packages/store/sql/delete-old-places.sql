-- Places that are no good any more. [CLM8] $1 the time, else the database's; $2 how long they are good; $3 rows.
with due as materialized (
  select r.user_id, r.key
  from cuepoint.user_registers r
  where r.kind = 'place'
    and r.timestamp_physical
      < (extract(epoch from coalesce($1::timestamptz, clock_timestamp())) - $2::float8) * 1000
  order by r.timestamp_physical
  limit $3::integer
  -- Past what a writer holds: never in a deadlock with one. It is for the next run. [SQL4]
  for update skip locked
),
deleted as (
  delete from cuepoint.user_registers d
  using due
  where d.user_id = due.user_id and d.kind = 'place' and d.key = due.key
  returning 1
)
select count(*)::integer as deleted from deleted;
