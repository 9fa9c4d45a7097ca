drop table cuepoint.catalogue_aliases;
drop table cuepoint.catalogue_contents;
