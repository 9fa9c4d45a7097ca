select number, name
from cuepoint.content_numbers
where number = any($1::integer[]);
