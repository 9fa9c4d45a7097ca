-- Only what is not there yet takes a number; of two instances that give one at once the second waits, and reads the first one's.
insert into cuepoint.content_numbers (name)
select w.name
from unnest($1::varchar[]) as w (name)
where not exists (select from cuepoint.content_numbers n where n.name = w.name)
on conflict (name) do nothing;
