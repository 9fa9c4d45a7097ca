-- What is as it was is left alone. Gives what was written.
insert into cuepoint.catalogue_contents as t (content_id, facts, updated_at)
select r.content_id, r.facts, $3::timestamptz
from unnest($1::varchar[], $2::jsonb[]) as r (content_id, facts)
on conflict (content_id) do update
set facts = excluded.facts, updated_at = excluded.updated_at
where t.facts <> excluded.facts
returning t.content_id;
