-- What the migrations make, read from the catalogs. Written by `npm run schema:dump`.

create table account_attempts (
  key character varying(320) collate "C" not null,
  failures integer not null,
  failed_at timestamp with time zone not null default clock_timestamp()
);

create table account_device_codes (
  device_code_hash character varying(64) collate "C" not null,
  user_code character varying(16) collate "C" not null,
  label character varying(128) not null,
  device_id character varying(255) collate "C",
  created_at timestamp with time zone not null default clock_timestamp(),
  expires_at timestamp with time zone not null,
  next_poll_at timestamp with time zone not null default clock_timestamp(),
  user_id uuid,
  denied_at timestamp with time zone,
  used_at timestamp with time zone,
  sign_in_id uuid
);

create table account_profiles (
  user_id uuid not null,
  account_id uuid not null,
  name character varying(64) not null,
  created_at timestamp with time zone not null default clock_timestamp()
);

create table account_refresh_tokens (
  token_hash character varying(64) collate "C" not null,
  sign_in_id uuid not null,
  issued_at timestamp with time zone not null default clock_timestamp(),
  rotated_at timestamp with time zone
);

create table account_sign_ins (
  id uuid not null,
  account_id uuid not null,
  user_id uuid,
  label character varying(128) not null,
  device_id character varying(255) collate "C",
  cookie_hash character varying(64) collate "C",
  created_at timestamp with time zone not null default clock_timestamp(),
  last_used_at timestamp with time zone not null default clock_timestamp(),
  expires_at timestamp with time zone not null
);

create table account_state (
  id smallint not null default 1,
  signing_key text not null default ((gen_random_uuid())::text || (gen_random_uuid())::text),
  set_up_nonce uuid not null default gen_random_uuid()
);

create table accounts (
  id uuid not null,
  name character varying(64) not null,
  name_key character varying(255) collate "C" not null,
  password_hash character varying(255) not null,
  password_set_at timestamp with time zone not null default clock_timestamp(),
  created_at timestamp with time zone not null default clock_timestamp()
);

create table catalogue_aliases (
  alias character varying(255) collate "C" not null,
  content_id character varying(255) collate "C" not null
);

create table catalogue_contents (
  content_id character varying(255) collate "C" not null,
  facts jsonb not null,
  series_id character varying(255) collate "C" default (facts ->> 'seriesId'::text),
  season integer not null default COALESCE(((facts ->> 'season'::text))::integer, 2147483647),
  episode integer not null default COALESCE(((facts ->> 'episode'::text))::integer, 2147483647),
  updated_at timestamp with time zone not null,
  title_key text collate "C" default 
CASE
    WHEN ((facts ->> 'type'::text) = ANY (ARRAY['movie'::text, 'series'::text])) THEN "left"(btrim(regexp_replace(lower(regexp_replace(NORMALIZE(regexp_replace((facts ->> 'title'::text), ' \([0-9]{4}\)$'::text, ''::text), NFKD), '[\u0300-\u036f]'::text, ''::text, 'g'::text)), '[^a-z0-9\u00df-\u00f6\u00f8-\u02af\u0370-\u1fff\u2c00-\u2dff\u3005-\u3007\u3041-\ud7ff\uf900-\ufdff]+'::text, ' '::text, 'g'::text)), 200)
    ELSE NULL::text
END,
  imdb_id text collate "C" default ((facts -> 'ids'::text) ->> 'imdb'::text),
  tmdb_id text collate "C" default (((facts ->> 'type'::text) || ' '::text) || ((facts -> 'ids'::text) ->> 'tmdb'::text)),
  tvdb_id text collate "C" default (((facts ->> 'type'::text) || ' '::text) || ((facts -> 'ids'::text) ->> 'tvdb'::text))
);

create table content_numbers (
  number integer not null,
  name character varying(300) collate "C" not null
);

create table cuepoint_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  compatible_from integer not null,
  applied_at timestamp with time zone not null default clock_timestamp()
);

create table hook_receipts (
  hook_id uuid not null,
  id bigint not null,
  receipt jsonb not null
);

create table hook_viewings (
  hook_id uuid not null,
  item character varying(64) collate "C" not null,
  device character varying(255) collate "C",
  viewing jsonb not null,
  updated_at timestamp with time zone not null default clock_timestamp()
);

create table hooks (
  id uuid not null,
  user_id uuid not null,
  source character varying(32) not null,
  label character varying(64) not null,
  secret_hash character varying(64) collate "C" not null,
  accepted_users jsonb not null default '[]'::jsonb,
  created_at timestamp with time zone not null default clock_timestamp(),
  last_used_at timestamp with time zone
);

create table sync_state (
  only_row boolean not null default true,
  incarnation uuid not null default gen_random_uuid(),
  system_identifier bigint not null,
  cursor_floor xid8 not null default '0'::xid8,
  floor_raised_at timestamp with time zone,
  catch_up text not null default 'xid'::text,
  feed_secret text not null default ((gen_random_uuid())::text || (gen_random_uuid())::text)
);

create table user_devices (
  id bigint not null default nextval('cuepoint.user_devices_id_seq'::regclass),
  user_id uuid not null,
  device_id character varying(255) collate "C" not null,
  device_type character varying(50) not null,
  platform character varying(50) not null,
  capabilities jsonb not null default '{}'::jsonb,
  app_version character varying(50) not null,
  last_seen timestamp with time zone not null default now(),
  is_online boolean not null default true,
  device_name character varying(255),
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone
) with (fillfactor=70);

create table user_erasures (
  user_id uuid not null,
  erased_physical bigint not null,
  erased_at timestamp with time zone not null,
  changed_xid xid8 not null default pg_current_xact_id()
);

create table user_floors (
  user_id uuid not null,
  collected_physical bigint not null,
  collected_logical integer not null,
  cursor_floor bigint,
  raised_at timestamp with time zone
);

create table user_plays (
  id bigint not null default nextval('cuepoint.user_plays_id_seq'::regclass),
  user_id uuid not null,
  play_id uuid not null,
  content_id character varying(255) collate "C",
  watched_at timestamp with time zone,
  watched_precision character varying(7),
  source character varying(64),
  timestamp_physical bigint,
  timestamp_logical integer,
  claim_physical bigint,
  claim_logical integer,
  device_id character varying(255) collate "C",
  is_removed boolean not null default false,
  created_at timestamp with time zone not null default now(),
  removed_at timestamp with time zone,
  removed_by character varying(255) collate "C",
  removed_physical bigint,
  removed_logical integer,
  changed_xid xid8 not null default pg_current_xact_id()
);

create table user_progress (
  id bigint not null default nextval('cuepoint.user_progress_id_seq'::regclass),
  user_id uuid not null,
  content_id character varying(255) collate "C" not null,
  position_seconds integer not null,
  duration_seconds integer not null,
  state character varying(50) not null,
  timestamp_physical bigint not null,
  timestamp_logical integer not null,
  device_id character varying(255) collate "C" not null,
  updated_at timestamp with time zone not null default now(),
  is_cleared boolean not null default false,
  changed_xid xid8 not null default pg_current_xact_id(),
  shelf smallint not null default (
CASE
    WHEN (position_seconds = 0) THEN 0
    WHEN ((duration_seconds > 0) AND (((position_seconds)::bigint * 10) >= ((duration_seconds)::bigint * 9)) AND ((duration_seconds <= 3600) OR ((duration_seconds - position_seconds) <= 300))) THEN 2
    ELSE 1
END +
CASE
    WHEN ((state)::text = 'playing'::text) THEN 3
    ELSE 0
END),
  recent_ms bigint not null default 
CASE
    WHEN ((state)::text = 'playing'::text) THEN (timestamp_physical | (262143)::bigint)
    ELSE timestamp_physical
END,
  changed_until bigint not null default 
CASE
    WHEN ((state)::text = 'playing'::text) THEN (((changed_xid)::text)::bigint | (16383)::bigint)
    ELSE ((changed_xid)::text)::bigint
END,
  claim_physical bigint,
  claim_logical integer
) with (fillfactor=70);

create table user_registers (
  id bigint not null default nextval('cuepoint.user_registers_id_seq'::regclass),
  user_id uuid not null,
  kind character varying(32) collate "C" not null,
  key character varying(511) collate "C" not null,
  value jsonb,
  timestamp_physical bigint not null,
  timestamp_logical integer not null,
  claim_physical bigint,
  claim_logical integer,
  device_id character varying(255) collate "C" not null,
  updated_at timestamp with time zone not null default now(),
  changed_xid xid8 not null default pg_current_xact_id(),
  engaged_ms bigint default 
CASE
    WHEN ((kind)::text = ANY ((ARRAY['watched'::character varying, 'rewatch'::character varying])::text[])) THEN COALESCE(claim_physical, timestamp_physical)
    ELSE NULL::bigint
END,
  series_id character varying(255) collate "C" default 
CASE
    WHEN ((kind)::text = 'content'::text) THEN (value ->> 'seriesId'::text)
    ELSE NULL::text
END,
  title_key text collate "C" default 
CASE
    WHEN (((kind)::text = 'content'::text) AND ((value ->> 'type'::text) = ANY (ARRAY['movie'::text, 'series'::text]))) THEN "left"(btrim(regexp_replace(lower(regexp_replace(NORMALIZE(regexp_replace((value ->> 'title'::text), ' \([0-9]{4}\)$'::text, ''::text), NFKD), '[\u0300-\u036f]'::text, ''::text, 'g'::text)), '[^a-z0-9\u00df-\u00f6\u00f8-\u02af\u0370-\u1fff\u2c00-\u2dff\u3005-\u3007\u3041-\ud7ff\uf900-\ufdff]+'::text, ' '::text, 'g'::text)), 200)
    ELSE NULL::text
END,
  imdb_id text collate "C" default 
CASE
    WHEN ((kind)::text = 'content'::text) THEN ((value -> 'ids'::text) ->> 'imdb'::text)
    ELSE NULL::text
END,
  tmdb_id text collate "C" default 
CASE
    WHEN ((kind)::text = 'content'::text) THEN (((value ->> 'type'::text) || ' '::text) || ((value -> 'ids'::text) ->> 'tmdb'::text))
    ELSE NULL::text
END,
  tvdb_id text collate "C" default 
CASE
    WHEN ((kind)::text = 'content'::text) THEN (((value ->> 'type'::text) || ' '::text) || ((value -> 'ids'::text) ->> 'tvdb'::text))
    ELSE NULL::text
END
) with (fillfactor=70);

create table user_versions (
  user_id uuid not null,
  version bigint not null
) with (fillfactor=70);

create table user_watchlists (
  id bigint not null default nextval('cuepoint.user_watchlists_id_seq'::regclass),
  user_id uuid not null,
  content_id character varying(255) collate "C" not null,
  unique_tag character varying(255) collate "C" not null,
  timestamp_physical bigint,
  timestamp_logical integer,
  device_id character varying(255) collate "C",
  is_removed boolean not null default false,
  created_at timestamp with time zone not null default now(),
  removed_at timestamp with time zone,
  removed_by character varying(255) collate "C",
  removed_physical bigint,
  removed_logical integer,
  changed_xid xid8 not null default pg_current_xact_id()
);

alter table account_attempts add constraint account_attempts_failures_check CHECK ((failures > 0));

alter table account_attempts add constraint account_attempts_pkey PRIMARY KEY (key);

alter table account_device_codes add constraint account_device_codes_pkey PRIMARY KEY (device_code_hash);

alter table account_device_codes add constraint account_device_codes_sign_in_id_fkey FOREIGN KEY (sign_in_id) REFERENCES cuepoint.account_sign_ins(id) ON DELETE CASCADE;

alter table account_device_codes add constraint account_device_codes_user_code_key UNIQUE (user_code);

alter table account_device_codes add constraint account_device_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES cuepoint.account_profiles(user_id) ON DELETE CASCADE;

alter table account_profiles add constraint account_profiles_account_id_fkey FOREIGN KEY (account_id) REFERENCES cuepoint.accounts(id) ON DELETE CASCADE;

alter table account_profiles add constraint account_profiles_account_id_name_key UNIQUE (account_id, name);

alter table account_profiles add constraint account_profiles_pkey PRIMARY KEY (user_id);

alter table account_refresh_tokens add constraint account_refresh_tokens_pkey PRIMARY KEY (token_hash);

alter table account_refresh_tokens add constraint account_refresh_tokens_sign_in_id_fkey FOREIGN KEY (sign_in_id) REFERENCES cuepoint.account_sign_ins(id) ON DELETE CASCADE;

alter table account_sign_ins add constraint account_sign_ins_account_id_fkey FOREIGN KEY (account_id) REFERENCES cuepoint.accounts(id) ON DELETE CASCADE;

alter table account_sign_ins add constraint account_sign_ins_check CHECK (((user_id IS NULL) = (cookie_hash IS NOT NULL)));

alter table account_sign_ins add constraint account_sign_ins_cookie_hash_key UNIQUE (cookie_hash);

alter table account_sign_ins add constraint account_sign_ins_pkey PRIMARY KEY (id);

alter table account_sign_ins add constraint account_sign_ins_user_id_fkey FOREIGN KEY (user_id) REFERENCES cuepoint.account_profiles(user_id) ON DELETE CASCADE;

alter table account_state add constraint account_state_id_check CHECK ((id = 1));

alter table account_state add constraint account_state_pkey PRIMARY KEY (id);

alter table account_state add constraint account_state_signing_key_check CHECK ((length(signing_key) >= 64));

alter table accounts add constraint accounts_name_key_key UNIQUE (name_key);

alter table accounts add constraint accounts_pkey PRIMARY KEY (id);

alter table catalogue_aliases add constraint catalogue_aliases_check CHECK (((alias)::text <> (content_id)::text));

alter table catalogue_aliases add constraint catalogue_aliases_pkey PRIMARY KEY (alias);

alter table catalogue_contents add constraint catalogue_contents_pkey PRIMARY KEY (content_id);

alter table content_numbers add constraint content_numbers_name_key UNIQUE (name);

alter table content_numbers add constraint content_numbers_pkey PRIMARY KEY (number);

alter table cuepoint_migrations add constraint cuepoint_migrations_name_key UNIQUE (name);

alter table cuepoint_migrations add constraint cuepoint_migrations_pkey PRIMARY KEY (version);

alter table hook_receipts add constraint hook_receipts_hook_id_fkey FOREIGN KEY (hook_id) REFERENCES cuepoint.hooks(id) ON DELETE CASCADE;

alter table hook_receipts add constraint hook_receipts_pkey PRIMARY KEY (hook_id, id);

alter table hook_viewings add constraint hook_viewings_hook_id_fkey FOREIGN KEY (hook_id) REFERENCES cuepoint.hooks(id) ON DELETE CASCADE;

alter table hook_viewings add constraint hook_viewings_pkey PRIMARY KEY (hook_id, item);

alter table hooks add constraint hooks_pkey PRIMARY KEY (id);

alter table hooks add constraint hooks_secret_hash_key UNIQUE (secret_hash);

alter table sync_state add constraint sync_state_catch_up_check CHECK ((catch_up = ANY (ARRAY['xid'::text, 'counter'::text])));

alter table sync_state add constraint sync_state_only_row_check CHECK (only_row);

alter table sync_state add constraint sync_state_pkey PRIMARY KEY (only_row);

alter table user_devices add constraint user_devices_device_type_check CHECK (((device_type)::text = ANY ((ARRAY['TV'::character varying, 'Phone'::character varying, 'Tablet'::character varying, 'Web'::character varying, 'Desktop'::character varying])::text[])));

alter table user_devices add constraint user_devices_pkey PRIMARY KEY (id);

alter table user_devices add constraint user_devices_user_id_device_id_key UNIQUE (user_id, device_id);

alter table user_erasures add constraint user_erasures_pkey PRIMARY KEY (user_id);

alter table user_floors add constraint user_floors_pkey PRIMARY KEY (user_id);

alter table user_plays add constraint user_plays_add_is_whole CHECK ((((timestamp_physical IS NULL) = (timestamp_logical IS NULL)) AND ((timestamp_physical IS NULL) = (device_id IS NULL)) AND ((timestamp_physical IS NULL) = (content_id IS NULL)) AND ((watched_at IS NULL) = (watched_precision IS NULL))));

alter table user_plays add constraint user_plays_add_or_removal CHECK ((is_removed OR (timestamp_physical IS NOT NULL)));

alter table user_plays add constraint user_plays_claim_before_timestamp CHECK ((((claim_physical IS NULL) = (claim_logical IS NULL)) AND ((claim_physical >= 0) AND (claim_physical <= timestamp_physical)) AND ((claim_logical >= 0) AND (claim_logical <= 65535))));

alter table user_plays add constraint user_plays_pkey PRIMARY KEY (id);

alter table user_plays add constraint user_plays_removal_is_whole CHECK (((is_removed = (removed_at IS NOT NULL)) AND (is_removed = (removed_by IS NOT NULL)) AND (is_removed = (removed_physical IS NOT NULL)) AND (is_removed = (removed_logical IS NOT NULL))));

alter table user_plays add constraint user_plays_timestamp_range CHECK ((((timestamp_physical >= 0) AND (timestamp_physical <= '281474976710655'::bigint)) AND ((timestamp_logical >= 0) AND (timestamp_logical <= 65535)) AND ((removed_physical >= 0) AND (removed_physical <= '281474976710655'::bigint)) AND ((removed_logical >= 0) AND (removed_logical <= 65535))));

alter table user_plays add constraint user_plays_user_id_play_id_key UNIQUE (user_id, play_id);

alter table user_plays add constraint user_plays_watched_precision_check CHECK (((watched_precision)::text = ANY ((ARRAY['instant'::character varying, 'day'::character varying])::text[])));

alter table user_progress add constraint user_progress_claim_before_timestamp CHECK ((((claim_physical IS NULL) = (claim_logical IS NULL)) AND ((claim_physical >= 0) AND (claim_physical <= timestamp_physical)) AND ((claim_logical >= 0) AND (claim_logical <= 65535)))) NOT VALID;

alter table user_progress add constraint user_progress_duration_seconds_check CHECK ((duration_seconds >= 0));

alter table user_progress add constraint user_progress_pkey PRIMARY KEY (id);

alter table user_progress add constraint user_progress_position_seconds_check CHECK ((position_seconds >= 0));

alter table user_progress add constraint user_progress_state_check CHECK (((state)::text = ANY ((ARRAY['playing'::character varying, 'paused'::character varying, 'stopped'::character varying])::text[])));

alter table user_progress add constraint user_progress_timestamp_logical_check CHECK (((timestamp_logical >= 0) AND (timestamp_logical <= 65535)));

alter table user_progress add constraint user_progress_timestamp_physical_check CHECK (((timestamp_physical >= 0) AND (timestamp_physical <= '281474976710655'::bigint)));

alter table user_progress add constraint user_progress_user_id_content_id_key UNIQUE (user_id, content_id);

alter table user_registers add constraint user_registers_claim_before_timestamp CHECK ((((claim_physical IS NULL) = (claim_logical IS NULL)) AND ((claim_physical >= 0) AND (claim_physical <= timestamp_physical)) AND ((claim_logical >= 0) AND (claim_logical <= 65535))));

alter table user_registers add constraint user_registers_pkey PRIMARY KEY (id);

alter table user_registers add constraint user_registers_timestamp_logical_check CHECK (((timestamp_logical >= 0) AND (timestamp_logical <= 65535)));

alter table user_registers add constraint user_registers_timestamp_physical_check CHECK (((timestamp_physical >= 0) AND (timestamp_physical <= '281474976710655'::bigint)));

alter table user_registers add constraint user_registers_user_id_kind_key_key UNIQUE (user_id, kind, key);

alter table user_versions add constraint user_versions_pkey PRIMARY KEY (user_id);

alter table user_watchlists add constraint user_watchlists_add_is_whole CHECK ((((timestamp_physical IS NULL) = (timestamp_logical IS NULL)) AND ((timestamp_physical IS NULL) = (device_id IS NULL))));

alter table user_watchlists add constraint user_watchlists_add_or_removal CHECK ((is_removed OR (timestamp_physical IS NOT NULL)));

alter table user_watchlists add constraint user_watchlists_pkey PRIMARY KEY (id);

alter table user_watchlists add constraint user_watchlists_removal_is_whole CHECK (((is_removed = (removed_at IS NOT NULL)) AND (is_removed = (removed_by IS NOT NULL)) AND (is_removed = (removed_physical IS NOT NULL)) AND (is_removed = (removed_logical IS NOT NULL))));

alter table user_watchlists add constraint user_watchlists_timestamp_range CHECK ((((timestamp_physical >= 0) AND (timestamp_physical <= '281474976710655'::bigint)) AND ((timestamp_logical >= 0) AND (timestamp_logical <= 65535)) AND ((removed_physical >= 0) AND (removed_physical <= '281474976710655'::bigint)) AND ((removed_logical >= 0) AND (removed_logical <= 65535))));

alter table user_watchlists add constraint user_watchlists_user_id_unique_tag_key UNIQUE (user_id, unique_tag);

CREATE UNIQUE INDEX account_attempts_pkey ON cuepoint.account_attempts USING btree (key);

CREATE UNIQUE INDEX account_device_codes_pkey ON cuepoint.account_device_codes USING btree (device_code_hash);

CREATE UNIQUE INDEX account_device_codes_user_code_key ON cuepoint.account_device_codes USING btree (user_code);

CREATE UNIQUE INDEX account_profiles_account_id_name_key ON cuepoint.account_profiles USING btree (account_id, name);

CREATE UNIQUE INDEX account_profiles_pkey ON cuepoint.account_profiles USING btree (user_id);

CREATE UNIQUE INDEX account_refresh_tokens_pkey ON cuepoint.account_refresh_tokens USING btree (token_hash);

CREATE UNIQUE INDEX account_sign_ins_cookie_hash_key ON cuepoint.account_sign_ins USING btree (cookie_hash);

CREATE UNIQUE INDEX account_sign_ins_pkey ON cuepoint.account_sign_ins USING btree (id);

CREATE UNIQUE INDEX account_state_pkey ON cuepoint.account_state USING btree (id);

CREATE UNIQUE INDEX accounts_name_key_key ON cuepoint.accounts USING btree (name_key);

CREATE UNIQUE INDEX accounts_pkey ON cuepoint.accounts USING btree (id);

CREATE UNIQUE INDEX catalogue_aliases_pkey ON cuepoint.catalogue_aliases USING btree (alias);

CREATE UNIQUE INDEX catalogue_contents_pkey ON cuepoint.catalogue_contents USING btree (content_id);

CREATE UNIQUE INDEX content_numbers_name_key ON cuepoint.content_numbers USING btree (name);

CREATE UNIQUE INDEX content_numbers_pkey ON cuepoint.content_numbers USING btree (number);

CREATE UNIQUE INDEX cuepoint_migrations_name_key ON cuepoint.cuepoint_migrations USING btree (name);

CREATE UNIQUE INDEX cuepoint_migrations_pkey ON cuepoint.cuepoint_migrations USING btree (version);

CREATE UNIQUE INDEX hook_receipts_pkey ON cuepoint.hook_receipts USING btree (hook_id, id);

CREATE UNIQUE INDEX hook_viewings_pkey ON cuepoint.hook_viewings USING btree (hook_id, item);

CREATE UNIQUE INDEX hooks_pkey ON cuepoint.hooks USING btree (id);

CREATE UNIQUE INDEX hooks_secret_hash_key ON cuepoint.hooks USING btree (secret_hash);

CREATE INDEX idx_catalogue_aliases_content ON cuepoint.catalogue_aliases USING btree (content_id);

CREATE INDEX idx_catalogue_episodes ON cuepoint.catalogue_contents USING btree (series_id, season, episode, content_id) WHERE (series_id IS NOT NULL);

CREATE INDEX idx_catalogue_imdb ON cuepoint.catalogue_contents USING btree (imdb_id, content_id) WHERE (imdb_id IS NOT NULL);

CREATE INDEX idx_catalogue_titles ON cuepoint.catalogue_contents USING btree (title_key, content_id) WHERE (title_key IS NOT NULL);

CREATE INDEX idx_catalogue_tmdb ON cuepoint.catalogue_contents USING btree (tmdb_id, content_id) WHERE (tmdb_id IS NOT NULL);

CREATE INDEX idx_catalogue_tvdb ON cuepoint.catalogue_contents USING btree (tvdb_id, content_id) WHERE (tvdb_id IS NOT NULL);

CREATE INDEX idx_catalogue_words ON cuepoint.catalogue_contents USING gin (to_tsvector('simple'::regconfig, title_key)) WHERE (title_key IS NOT NULL);

CREATE INDEX idx_device_codes_expires ON cuepoint.account_device_codes USING btree (expires_at);

CREATE INDEX idx_devices_last_seen ON cuepoint.user_devices USING brin (last_seen);

CREATE INDEX idx_devices_online ON cuepoint.user_devices USING btree (user_id) WHERE is_online;

CREATE INDEX idx_devices_type ON cuepoint.user_devices USING btree (device_type);

CREATE INDEX idx_devices_user ON cuepoint.user_devices USING btree (user_id) WHERE (revoked_at IS NULL);

CREATE INDEX idx_hook_viewings_updated ON cuepoint.hook_viewings USING btree (hook_id, updated_at);

CREATE INDEX idx_hooks_user ON cuepoint.hooks USING btree (user_id);

CREATE INDEX idx_plays_changed ON cuepoint.user_plays USING btree (user_id, changed_xid, play_id) WHERE (changed_xid >= '0'::xid8);

CREATE INDEX idx_plays_content ON cuepoint.user_plays USING btree (user_id, content_id, COALESCE(watched_at, '-infinity'::timestamp with time zone), play_id) WHERE (NOT is_removed);

CREATE INDEX idx_plays_removed ON cuepoint.user_plays USING btree (removed_at) WHERE is_removed;

CREATE INDEX idx_plays_watched ON cuepoint.user_plays USING btree (user_id, COALESCE(watched_at, '-infinity'::timestamp with time zone), play_id) WHERE (NOT is_removed);

CREATE INDEX idx_progress_changed ON cuepoint.user_progress USING btree (user_id, changed_until, content_id) WHERE (changed_until >= 0);

CREATE INDEX idx_progress_content ON cuepoint.user_progress USING brin (content_id);

CREATE INDEX idx_progress_state ON cuepoint.user_progress USING brin (state);

CREATE INDEX idx_progress_updated ON cuepoint.user_progress USING brin (updated_at);

CREATE INDEX idx_progress_user ON cuepoint.user_progress USING btree (user_id, shelf, recent_ms, content_id) WHERE (NOT is_cleared);

CREATE INDEX idx_refresh_tokens_sign_in ON cuepoint.account_refresh_tokens USING btree (sign_in_id);

CREATE INDEX idx_registers_changed ON cuepoint.user_registers USING btree (user_id, changed_xid, kind, key) WHERE (changed_xid >= '0'::xid8);

CREATE INDEX idx_registers_engaged ON cuepoint.user_registers USING btree (user_id, engaged_ms, key) WHERE (engaged_ms IS NOT NULL);

CREATE INDEX idx_registers_imdb ON cuepoint.user_registers USING btree (user_id, imdb_id, key) WHERE (imdb_id IS NOT NULL);

CREATE INDEX idx_registers_places ON cuepoint.user_registers USING btree (timestamp_physical) WHERE ((kind)::text = 'place'::text);

CREATE INDEX idx_registers_series ON cuepoint.user_registers USING btree (user_id, series_id, key) WHERE (series_id IS NOT NULL);

CREATE INDEX idx_registers_titles ON cuepoint.user_registers USING btree (user_id, title_key, key) WHERE (title_key IS NOT NULL);

CREATE INDEX idx_registers_tmdb ON cuepoint.user_registers USING btree (user_id, tmdb_id, key) WHERE (tmdb_id IS NOT NULL);

CREATE INDEX idx_registers_tvdb ON cuepoint.user_registers USING btree (user_id, tvdb_id, key) WHERE (tvdb_id IS NOT NULL);

CREATE INDEX idx_sign_ins_account ON cuepoint.account_sign_ins USING btree (account_id);

CREATE INDEX idx_sign_ins_user ON cuepoint.account_sign_ins USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX idx_watchlists_content ON cuepoint.user_watchlists USING btree (user_id, content_id) WHERE (NOT is_removed);

CREATE INDEX idx_watchlists_device ON cuepoint.user_watchlists USING brin (device_id);

CREATE INDEX idx_watchlists_removed ON cuepoint.user_watchlists USING btree (removed_at) WHERE is_removed;

CREATE INDEX idx_watchlists_user ON cuepoint.user_watchlists USING btree (user_id, changed_xid, unique_tag) WHERE (changed_xid >= '0'::xid8);

CREATE UNIQUE INDEX sync_state_pkey ON cuepoint.sync_state USING btree (only_row);

CREATE UNIQUE INDEX user_devices_pkey ON cuepoint.user_devices USING btree (id);

CREATE UNIQUE INDEX user_devices_user_id_device_id_key ON cuepoint.user_devices USING btree (user_id, device_id);

CREATE UNIQUE INDEX user_erasures_pkey ON cuepoint.user_erasures USING btree (user_id);

CREATE UNIQUE INDEX user_floors_pkey ON cuepoint.user_floors USING btree (user_id);

CREATE UNIQUE INDEX user_plays_pkey ON cuepoint.user_plays USING btree (id);

CREATE UNIQUE INDEX user_plays_user_id_play_id_key ON cuepoint.user_plays USING btree (user_id, play_id);

CREATE UNIQUE INDEX user_progress_pkey ON cuepoint.user_progress USING btree (id);

CREATE UNIQUE INDEX user_progress_user_id_content_id_key ON cuepoint.user_progress USING btree (user_id, content_id);

CREATE UNIQUE INDEX user_registers_pkey ON cuepoint.user_registers USING btree (id);

CREATE UNIQUE INDEX user_registers_user_id_kind_key_key ON cuepoint.user_registers USING btree (user_id, kind, key);

CREATE UNIQUE INDEX user_versions_pkey ON cuepoint.user_versions USING btree (user_id);

CREATE UNIQUE INDEX user_watchlists_pkey ON cuepoint.user_watchlists USING btree (id);

CREATE UNIQUE INDEX user_watchlists_user_id_unique_tag_key ON cuepoint.user_watchlists USING btree (user_id, unique_tag);

create view completed_content as
 SELECT user_id,
    content_id,
    position_seconds,
    duration_seconds,
    state,
    timestamp_physical,
    timestamp_logical,
    device_id,
    updated_at
   FROM cuepoint.user_progress
  WHERE ((NOT is_cleared) AND cuepoint.is_completed(position_seconds, duration_seconds));

create view effective_watchlists as
 SELECT user_id,
    content_id,
    (array_agg(timestamp_physical ORDER BY user_watchlists.timestamp_physical, user_watchlists.timestamp_logical, user_watchlists.device_id))[1] AS timestamp_physical,
    (array_agg(timestamp_logical ORDER BY user_watchlists.timestamp_physical, user_watchlists.timestamp_logical, user_watchlists.device_id))[1] AS timestamp_logical,
    (array_agg(device_id ORDER BY user_watchlists.timestamp_physical, user_watchlists.timestamp_logical, user_watchlists.device_id))[1] AS device_id,
    array_agg(unique_tag ORDER BY user_watchlists.timestamp_physical, user_watchlists.timestamp_logical, user_watchlists.device_id) AS tags,
    min(created_at) AS created_at
   FROM cuepoint.user_watchlists
  WHERE (NOT is_removed)
  GROUP BY user_id, content_id;

create view in_progress_content as
 SELECT user_id,
    content_id,
    position_seconds,
    duration_seconds,
    state,
    timestamp_physical,
    timestamp_logical,
    device_id,
    updated_at
   FROM cuepoint.user_progress
  WHERE ((NOT is_cleared) AND (position_seconds > 0) AND (NOT cuepoint.is_completed(position_seconds, duration_seconds)));

create view online_devices_summary as
 SELECT user_id,
    count(*) AS online_devices,
    array_agg(DISTINCT device_type ORDER BY device_type) AS device_types,
    max(last_seen) AS last_seen
   FROM cuepoint.user_devices
  WHERE (is_online AND (revoked_at IS NULL))
  GROUP BY user_id;

CREATE OR REPLACE FUNCTION cuepoint.cleanup_removed_watchlist_entries(days_old integer DEFAULT 30)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  grace constant interval := interval '10 minutes';
  removed_before constant timestamptz := clock_timestamp() - make_interval(days => days_old);
  deleted bigint;
begin
  deleted := cuepoint.delete_collected_tombstones(
    clock_timestamp(), removed_before, grace, 9223372036854775807
  );
  perform cuepoint.raise_collection_floors(clock_timestamp(), removed_before, grace);
  return deleted;
end;
$function$;

CREATE OR REPLACE FUNCTION cuepoint.delete_collected_tombstones(at timestamp with time zone, removed_before timestamp with time zone, grace interval, max_rows bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  raised_before constant timestamptz := at - grace;
  deleted_rows bigint := 0;
  deleted_of_user bigint;
  each_user record;
begin
  if (select s.catch_up from cuepoint.sync_state s) = 'xid' then
    with doomed as (
      select w.user_id, w.unique_tag
      from cuepoint.user_watchlists w
      join cuepoint.user_floors f using (user_id)
      cross join cuepoint.sync_state s
      where w.is_removed
        and w.removed_at < removed_before
        and s.floor_raised_at <= raised_before
        and w.changed_xid <= s.cursor_floor
        and (f.collected_physical, f.collected_logical) >= (
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        )
      limit max_rows
      for update of w skip locked
    )
    delete from cuepoint.user_watchlists w
    using doomed
    where w.user_id = doomed.user_id and w.unique_tag = doomed.unique_tag;
    get diagnostics deleted_rows = row_count;
    with doomed as (
      select w.user_id, w.play_id
      from cuepoint.user_plays w
      join cuepoint.user_floors f using (user_id)
      cross join cuepoint.sync_state s
      where w.is_removed
        and w.removed_at < removed_before
        and s.floor_raised_at <= raised_before
        and w.changed_xid <= s.cursor_floor
        and (f.collected_physical, f.collected_logical) >= (
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        )
      limit max_rows - deleted_rows
      for update of w skip locked
    )
    delete from cuepoint.user_plays w
    using doomed
    where w.user_id = doomed.user_id and w.play_id = doomed.play_id;
    get diagnostics deleted_of_user = row_count;
    deleted_rows := deleted_rows + deleted_of_user;
    return deleted_rows;
  end if;

  -- User by user: on a distributed database a statement locks and deletes rows of one user only.
  for each_user in
    select d.user_id, array_agg(d.unique_tag) as tags
    from (
      select w.user_id, w.unique_tag
      from cuepoint.user_watchlists w
      join cuepoint.user_floors f on f.user_id = w.user_id
      where w.is_removed
        and w.removed_at < removed_before
        and f.raised_at <= raised_before
        and w.changed_version <= f.cursor_floor
        and (f.collected_physical, f.collected_logical) >= (
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        )
      order by w.user_id
      limit max_rows
    ) d
    group by d.user_id
    order by d.user_id
  loop
    -- Past what a writer holds: never in a deadlock with one. [SQL4]
    select array_agg(free.unique_tag) into each_user.tags
    from (
      select w.unique_tag
      from cuepoint.user_watchlists w
      where w.user_id = each_user.user_id and w.unique_tag = any(each_user.tags) and w.is_removed
      for update skip locked
    ) free;
    delete from cuepoint.user_watchlists w
    where w.user_id = each_user.user_id and w.unique_tag = any(each_user.tags);
    get diagnostics deleted_of_user = row_count;
    deleted_rows := deleted_rows + deleted_of_user;
  end loop;

  for each_user in
    select d.user_id, array_agg(d.play_id) as plays
    from (
      select w.user_id, w.play_id
      from cuepoint.user_plays w
      join cuepoint.user_floors f on f.user_id = w.user_id
      where w.is_removed
        and w.removed_at < removed_before
        and f.raised_at <= raised_before
        and w.changed_version <= f.cursor_floor
        and (f.collected_physical, f.collected_logical) >= (
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        )
      order by w.user_id
      limit max_rows - deleted_rows
    ) d
    group by d.user_id
    order by d.user_id
  loop
    select array_agg(free.play_id) into each_user.plays
    from (
      select w.play_id
      from cuepoint.user_plays w
      where w.user_id = each_user.user_id and w.play_id = any(each_user.plays) and w.is_removed
      for update skip locked
    ) free;
    delete from cuepoint.user_plays w
    where w.user_id = each_user.user_id and w.play_id = any(each_user.plays);
    get diagnostics deleted_of_user = row_count;
    deleted_rows := deleted_rows + deleted_of_user;
  end loop;
  return deleted_rows;
end;
$function$;

CREATE OR REPLACE FUNCTION cuepoint.is_completed(position_seconds integer, duration_seconds integer)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN ((duration_seconds > 0) AND ((position_seconds)::numeric >= (0.9 * (duration_seconds)::numeric)));

CREATE OR REPLACE FUNCTION cuepoint.mark_stale_devices_offline(at timestamp with time zone DEFAULT now(), stale_after interval DEFAULT '00:05:00'::interval)
 RETURNS integer
 LANGUAGE sql
BEGIN ATOMIC
 WITH stale AS (
          SELECT user_devices.id
            FROM cuepoint.user_devices
           WHERE (user_devices.is_online AND (user_devices.last_seen < (mark_stale_devices_offline.at - mark_stale_devices_offline.stale_after)))
           ORDER BY user_devices.user_id, user_devices.device_id
          FOR UPDATE OF user_devices SKIP LOCKED
         ), marked AS (
          UPDATE cuepoint.user_devices d SET is_online = false
            FROM stale
           WHERE (d.id = stale.id)
           RETURNING 1 AS "?column?"
         )
  SELECT (count(*))::integer AS count
    FROM marked;
END;

CREATE OR REPLACE FUNCTION cuepoint.raise_collection_floors(at timestamp with time zone, removed_before timestamp with time zone, grace interval)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  raised_before constant timestamptz := at - grace;
  -- A removal is stamped by a device whose clock may be a little ahead of the one that dates it.
  stamped_until constant bigint := floor(
    extract(epoch from least(at, clock_timestamp(), removed_before + grace)) * 1000
  );
  users bigint := 0;
  each_user record;
begin
  if (select s.catch_up from cuepoint.sync_state s) = 'counter' then
    for each_user in
      select
        w.user_id,
        max(array[
          coalesce(w.timestamp_physical, w.removed_physical),
          coalesce(w.timestamp_logical, w.removed_logical)
        ]) as collected,
        max(w.changed_version) as changed_version
      from (
        select user_id, is_removed, removed_at, timestamp_physical, timestamp_logical, removed_physical, removed_logical, changed_version
        from cuepoint.user_watchlists
        union all
        select user_id, is_removed, removed_at, timestamp_physical, timestamp_logical, removed_physical, removed_logical, changed_version
        from cuepoint.user_plays
      ) w
      left join cuepoint.user_floors f on f.user_id = w.user_id
      where w.is_removed
        and w.removed_at < removed_before
        and coalesce(w.timestamp_physical, w.removed_physical) <= stamped_until
        and (f.raised_at is null or f.raised_at <= raised_before or f.raised_at > at)
      group by w.user_id
      order by w.user_id
    loop
      insert into cuepoint.user_floors as f (
        user_id, collected_physical, collected_logical, cursor_floor, raised_at
      )
      values (each_user.user_id, each_user.collected[1], each_user.collected[2], each_user.changed_version, at)
      on conflict (user_id) do update
      set collected_physical = case
            when (f.collected_physical, f.collected_logical)
              < (excluded.collected_physical, excluded.collected_logical)
              then excluded.collected_physical
            else f.collected_physical
          end,
          collected_logical = case
            when (f.collected_physical, f.collected_logical)
              < (excluded.collected_physical, excluded.collected_logical)
              then excluded.collected_logical
            else f.collected_logical
          end,
          cursor_floor = greatest(f.cursor_floor, excluded.cursor_floor),
          raised_at = excluded.raised_at;
      users := users + 1;
    end loop;
    return users;
  end if;

  perform 1 from cuepoint.sync_state s
  where s.floor_raised_at is null or s.floor_raised_at <= raised_before or s.floor_raised_at > at
  for update;
  if not found then
    return 0;
  end if;

  with due as (
    select
      w.user_id,
      max(array[
        coalesce(w.timestamp_physical, w.removed_physical),
        coalesce(w.timestamp_logical, w.removed_logical)
      ]) as collected,
      max(w.changed_xid) as changed_xid
    from (
      select user_id, is_removed, removed_at, timestamp_physical, timestamp_logical, removed_physical, removed_logical, changed_xid
      from cuepoint.user_watchlists
      union all
      select user_id, is_removed, removed_at, timestamp_physical, timestamp_logical, removed_physical, removed_logical, changed_xid
      from cuepoint.user_plays
    ) w
    where w.is_removed
      and w.removed_at < removed_before
      and coalesce(w.timestamp_physical, w.removed_physical) <= stamped_until
      -- Below every cursor that is handed out from now on: a floor above the xmin of fresh cursors, with
      -- an older transaction open, would refuse each of them and no replica would ever catch up. [CUR2]
      and w.changed_xid < pg_snapshot_xmin(pg_current_snapshot())
    group by w.user_id
  ),
  floors as (
    insert into cuepoint.user_floors as f (user_id, collected_physical, collected_logical)
    select due.user_id, due.collected[1], due.collected[2] from due
    on conflict (user_id) do update
    set collected_physical = excluded.collected_physical,
        collected_logical = excluded.collected_logical
    where (f.collected_physical, f.collected_logical)
      < (excluded.collected_physical, excluded.collected_logical)
  ),
  state as (
    update cuepoint.sync_state s
    set cursor_floor = greatest(s.cursor_floor, (select max(due.changed_xid) from due)),
        floor_raised_at = at
    where exists (select from due)
  )
  select count(*) into users from due;
  return users;
end;
$function$;
