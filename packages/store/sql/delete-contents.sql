delete from cuepoint.catalogue_contents where content_id = any($1::varchar[]);
