-- Counts a try before it is judged, so that many at one time are as many. Past the free ones each waits twice as long
-- as the one before; a quarter of an hour without any is a new start. A try that is later than now was by a clock that
-- has been set back since.
insert into cuepoint.account_attempts as t (key, failures, failed_at)
values ($1::varchar, 1, clock_timestamp())
on conflict (key) do update
set
  failures = case
    when t.failed_at > clock_timestamp() - interval '15 minutes' then least(t.failures + 1, 1000)
    else 1
  end,
  failed_at = clock_timestamp()
where t.failures < $2::integer
  or t.failed_at > clock_timestamp()
  or t.failed_at <= clock_timestamp() - least(
    interval '5 seconds' * power(2, least(t.failures - $2::integer, 10)), interval '1 minute'
  )
returning failures
