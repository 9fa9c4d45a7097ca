select number, name
from cuepoint.content_numbers
where name = any($1::varchar[]);
