-- Whoever takes the same name waits until this transaction ends. Readers wait for none.
select pg_advisory_xact_lock(hashtextextended($1::text, 0));
