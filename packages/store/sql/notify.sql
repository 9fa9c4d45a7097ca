-- Tells every session that listens on channel $1, with one notification for each payload in $2, in their
-- order; \x1e stands between payloads. One statement, so one turn at the lock that PostgreSQL's commits
-- with notifications share.
select count(pg_notify($1::text, payload)) as notifications
from string_to_table($2::text, e'\x1e') payload
