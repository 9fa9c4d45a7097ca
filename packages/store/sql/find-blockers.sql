select
  pid,
  state,
  extract(epoch from clock_timestamp() - xact_start)::double precision as transaction_seconds,
  extract(epoch from clock_timestamp() - query_start)::double precision as query_seconds
from pg_catalog.pg_stat_activity
where pid = any(pg_catalog.pg_blocking_pids($1::integer))
order by xact_start
limit 1;
