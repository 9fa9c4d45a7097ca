-- What the catalogue knows of these contents, each by its very name.
select content_id, facts
from cuepoint.catalogue_contents
where content_id = any($1::varchar[]);
