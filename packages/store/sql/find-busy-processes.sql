select pid
from pg_catalog.pg_stat_activity
where pid = any($1::integer[])
  and (state is null or state not like 'idle%')
  and wait_event_type is distinct from 'Client';
