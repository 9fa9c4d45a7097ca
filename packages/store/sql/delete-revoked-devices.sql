-- Removed devices past the retention, but for each user's newest: those are refused for ever. [SEC1]
--
-- Times are the database's, which is one for all instances, where none is given. $3 how many are kept, $4 rows.
with due as materialized (
  select r.user_id, r.device_id
  from (
    select
      d.user_id, d.device_id, d.revoked_at,
      row_number() over (partition by d.user_id order by d.revoked_at desc, d.device_id) as place
    from cuepoint.user_devices d
    where d.revoked_at is not null
  ) r
  where r.place > $3::integer
    and r.revoked_at < coalesce($1::timestamptz, clock_timestamp()) - make_interval(secs => $2::float8)
  limit $4::integer
),
deleted as (
  delete from cuepoint.user_devices d
  using due
  where d.user_id = due.user_id and d.device_id = due.device_id and d.revoked_at is not null
  returning 1
)
select count(*)::integer as deleted from deleted;
