insert into cuepoint.catalogue_aliases (alias, content_id)
select r.alias, r.content_id
from unnest($1::varchar[], $2::varchar[]) as r (alias, content_id);
