-- The try was a right one: it is taken back, and with $2 all those before it are.
with fewer as (
  update cuepoint.account_attempts
  set failures = failures - 1
  where key = $1::varchar and failures > 1 and not $2::boolean
)
delete from cuepoint.account_attempts
where key = $1::varchar and (failures <= 1 or $2::boolean)
