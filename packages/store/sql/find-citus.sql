select exists (select from pg_catalog.pg_extension where extname = 'citus') as found;
