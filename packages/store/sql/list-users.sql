-- From user to user by the indexes of the tables: a page costs its users, and not the rows that they have.
with recursive found (user_id, rank) as (
  select $1::uuid, 0
  union all
  (
    select next.user_id, found.rank + 1
    from found
    cross join lateral (
      select u.user_id
      from (
        (select t.user_id from cuepoint.user_watchlists t where t.user_id > found.user_id order by t.user_id limit 1)
        union all
        (select t.user_id from cuepoint.user_progress t where t.user_id > found.user_id order by t.user_id limit 1)
        union all
        (select t.user_id from cuepoint.user_registers t where t.user_id > found.user_id order by t.user_id limit 1)
        union all
        (select t.user_id from cuepoint.user_plays t where t.user_id > found.user_id order by t.user_id limit 1)
        union all
        (select t.user_id from cuepoint.user_devices t where t.user_id > found.user_id order by t.user_id limit 1)
        union all
        (select t.user_id from cuepoint.user_floors t where t.user_id > found.user_id order by t.user_id limit 1)
        union all
        (select t.user_id from cuepoint.account_profiles t where t.user_id > found.user_id order by t.user_id limit 1)
      ) u
      order by u.user_id
      limit 1
    ) next
    where found.rank < $2::integer
  )
)
select
  found.user_id,
  (select p.name from cuepoint.account_profiles p where p.user_id = found.user_id) as name,
  (
    select count(*)::integer
    from cuepoint.user_devices d
    where d.user_id = found.user_id and d.revoked_at is null
  ) as devices,
  (select max(d.last_seen) from cuepoint.user_devices d where d.user_id = found.user_id) as last_seen
from found
where found.rank > 0
order by found.user_id
