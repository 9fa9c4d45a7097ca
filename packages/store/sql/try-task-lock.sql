-- Held to the end of the transaction, so that it works behind a transaction pooler too. [CUR5]
select pg_try_advisory_xact_lock(hashtextextended($1::text, 0)) as held;
