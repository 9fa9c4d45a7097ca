alter table cuepoint.user_registers
  drop column title_key, drop column imdb_id, drop column tmdb_id, drop column tvdb_id;
alter table cuepoint.catalogue_contents
  drop column title_key, drop column imdb_id, drop column tmdb_id, drop column tvdb_id;
