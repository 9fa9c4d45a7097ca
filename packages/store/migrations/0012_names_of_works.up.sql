-- compatible-from: 7
--
-- What a work is found by that somebody names: its title, and its ids elsewhere. What is found so is compared once more, by the
-- rules of packages/core/src/works. docs/decisions/0048-names-of-works.md

alter table cuepoint.catalogue_contents
  -- Without case, marks, signs and the year at its end. The class of letters and numbers is spelt out, because `[[:alnum:]]`
  -- is ASCII alone under some collations.
  add column title_key text collate "C" generated always as (
    case when facts ->> 'type' in ('movie', 'series') then left(btrim(regexp_replace(lower(regexp_replace(normalize(regexp_replace(
      facts ->> 'title', ' \([0-9]{4}\)$', ''), NFKD), '[\u0300-\u036f]', '', 'g')),
      '[^a-z0-9\u00df-\u00f6\u00f8-\u02af\u0370-\u1fff\u2c00-\u2dff\u3005-\u3007\u3041-\ud7ff\uf900-\ufdff]+', ' ', 'g')), 200) end
  ) stored,
  -- Films, series and episodes are numbered each for themselves: `movie 5`.
  add column imdb_id text collate "C" generated always as (facts -> 'ids' ->> 'imdb') stored,
  add column tmdb_id text collate "C" generated always as ((facts ->> 'type') || ' ' || (facts -> 'ids' ->> 'tmdb')) stored,
  add column tvdb_id text collate "C" generated always as ((facts ->> 'type') || ' ' || (facts -> 'ids' ->> 'tvdb')) stored;
create index idx_catalogue_titles on cuepoint.catalogue_contents (title_key, content_id) where title_key is not null;
create index idx_catalogue_words on cuepoint.catalogue_contents using gin (to_tsvector('simple'::regconfig, title_key))
  where title_key is not null;
create index idx_catalogue_imdb on cuepoint.catalogue_contents (imdb_id, content_id) where imdb_id is not null;
create index idx_catalogue_tmdb on cuepoint.catalogue_contents (tmdb_id, content_id) where tmdb_id is not null;
create index idx_catalogue_tvdb on cuepoint.catalogue_contents (tvdb_id, content_id) where tvdb_id is not null;

alter table cuepoint.user_registers
  add column title_key text collate "C" generated always as (
    case when kind = 'content' and value ->> 'type' in ('movie', 'series') then left(btrim(regexp_replace(lower(regexp_replace(normalize(regexp_replace(
      value ->> 'title', ' \([0-9]{4}\)$', ''), NFKD), '[\u0300-\u036f]', '', 'g')),
      '[^a-z0-9\u00df-\u00f6\u00f8-\u02af\u0370-\u1fff\u2c00-\u2dff\u3005-\u3007\u3041-\ud7ff\uf900-\ufdff]+', ' ', 'g')), 200) end
  ) stored,
  add column imdb_id text collate "C" generated always as (case when kind = 'content' then value -> 'ids' ->> 'imdb' end) stored,
  add column tmdb_id text collate "C" generated always as (case when kind = 'content' then (value ->> 'type') || ' ' || (value -> 'ids' ->> 'tmdb') end) stored,
  add column tvdb_id text collate "C" generated always as (case when kind = 'content' then (value ->> 'type') || ' ' || (value -> 'ids' ->> 'tvdb') end) stored;
create index idx_registers_titles on cuepoint.user_registers (user_id, title_key, key) where title_key is not null;
create index idx_registers_imdb on cuepoint.user_registers (user_id, imdb_id, key) where imdb_id is not null;
create index idx_registers_tmdb on cuepoint.user_registers (user_id, tmdb_id, key) where tmdb_id is not null;
create index idx_registers_tvdb on cuepoint.user_registers (user_id, tvdb_id, key) where tvdb_id is not null;
