-- One writer at a time, so that two calls never make a cycle together. Readers wait for none.
select pg_advisory_xact_lock(hashtextextended($1::text, 0));
