-- compatible-from: 1
--
-- What is known of contents, whoever watches them: of no user, so no erasure and no export comes to it. Aliases are edges
-- of their own: what a late one joined is parted again without a trace. docs/decisions/0041-continue-watching.md

create table cuepoint.catalogue_contents (
  content_id varchar(255) collate "C" primary key,
  facts jsonb not null,
  series_id varchar(255) collate "C" generated always as (facts ->> 'seriesId') stored,
  -- The order of episodes; what has no number comes last.
  season integer not null generated always as (coalesce((facts ->> 'season')::integer, 2147483647)) stored,
  episode integer not null generated always as (coalesce((facts ->> 'episode')::integer, 2147483647)) stored,
  updated_at timestamptz not null
);
create index idx_catalogue_episodes on cuepoint.catalogue_contents (series_id, season, episode, content_id)
  where series_id is not null;

create table cuepoint.catalogue_aliases (
  alias varchar(255) collate "C" primary key,
  -- May be an alias itself; never one of its own.
  content_id varchar(255) collate "C" not null,
  constraint catalogue_aliases_check check (alias <> content_id)
);
create index idx_catalogue_aliases_content on cuepoint.catalogue_aliases (content_id);
