select max(w.wait_ms)::float8 as wait_ms
from (
  select
    extract(epoch from
      t.failed_at - clock_timestamp() + least(
        interval '5 seconds' * power(2, least(t.failures - $2::integer, 10)), interval '1 minute'
      )
    ) * 1000 as wait_ms
  from cuepoint.account_attempts t
  where t.key = any($1::varchar[])
    and t.failures >= $2::integer
    and t.failed_at <= clock_timestamp()
) w
where w.wait_ms > 0
