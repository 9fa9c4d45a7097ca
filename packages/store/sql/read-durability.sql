select name, setting
from pg_settings
where name in (
  'fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names',
  'data_checksums', 'wal_level', 'server_version'
)
order by name;
