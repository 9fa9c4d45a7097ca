insert into cuepoint.hooks (id, user_id, source, label, secret_hash, accepted_users)
select $1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::jsonb
where (select count(*) from cuepoint.hooks h where h.user_id = $2::uuid) < $7::integer
