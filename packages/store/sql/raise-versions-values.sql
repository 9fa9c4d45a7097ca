-- As raise-versions.sql, as a list of values. [CUR1] [SQL4]
insert into cuepoint.user_versions as t (user_id, version)
values
  ($1::uuid, 1)
on conflict (user_id) do update
set version = t.version + 1
returning user_id, version::text as mark;
