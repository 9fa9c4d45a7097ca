select
  relname as table, n_tup_upd::float8 as updates, n_tup_hot_upd::float8 as heap_only_updates
from pg_stat_user_tables
where schemaname = $1::text and relname in ('user_progress', 'user_devices')
order by relname;
