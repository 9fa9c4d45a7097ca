-- Registers of a user but for those of the kinds $3, cleared ones as well; at most $2 are looked at. [REG3]
select count(*)::integer as registers
from (
  select 1 from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.kind <> all($3::varchar[])
  limit $2::integer
) r;
