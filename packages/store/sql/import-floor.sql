-- The greater floor stays: what was collected there or here is never stored again. [CUR4]
insert into cuepoint.user_floors as t (user_id, collected_physical, collected_logical)
values ($1::uuid, $2::bigint, $3::integer)
on conflict (user_id) do update
set collected_physical = excluded.collected_physical,
    collected_logical = excluded.collected_logical
where (t.collected_physical, t.collected_logical)
  < (excluded.collected_physical, excluded.collected_logical)
returning 1 as written;
