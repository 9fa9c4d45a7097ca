insert into cuepoint.account_sign_ins (id, account_id, user_id, label, device_id, expires_at)
select $1::uuid, p.account_id, p.user_id, $3::varchar, $4::varchar, clock_timestamp() + $5::interval
from cuepoint.account_profiles p
where p.user_id = $2::uuid
