-- Films and series whose title has the words $2, a tsquery of `simple` that is no guess of a language, for user $1: his own among
-- the first $5 that he knows of, and the catalogue's. Of the types $3, at most $4 of each. [OPS3]
select * from (
select true as is_own, own.key as content_id, own.value as facts
from (
  select r.key, r.value, r.title_key
  from cuepoint.user_registers r
  where r.user_id = $1::uuid and r.title_key is not null
  order by r.title_key, r.key
  limit (select $5::bigint)
) own
where own.value ->> 'type' = any($3::text[])
  and to_tsvector('simple'::regconfig, own.title_key) @@ $2::tsquery
limit (select $4::bigint)
) mine
union all
select * from (
select false, c.content_id, c.facts
from cuepoint.catalogue_contents c
where to_tsvector('simple'::regconfig, c.title_key) @@ $2::tsquery
  and c.title_key is not null and c.facts ->> 'type' = any($3::text[])
limit (select $4::bigint)
) theirs;
