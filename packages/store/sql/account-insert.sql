insert into cuepoint.accounts (id, name, name_key, password_hash)
values ($1::uuid, $2::varchar, $3::varchar, $4::varchar)
on conflict (name_key) do nothing
