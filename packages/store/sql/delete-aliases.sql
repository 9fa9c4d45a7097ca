delete from cuepoint.catalogue_aliases where alias = any($1::varchar[]);
