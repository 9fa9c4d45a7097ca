insert into cuepoint.account_profiles (user_id, account_id, name)
select $1::uuid, $2::uuid, $3::varchar
where (select count(*) from cuepoint.account_profiles p where p.account_id = $2::uuid) < $4::integer
on conflict (account_id, name) do nothing
