-- compatible-from: 1
--
-- Where media servers tell of playbacks: one address of a user each. Of no batch and of no replica.
-- Why: docs/decisions/0047-hooks.md

create table cuepoint.hooks (
  id uuid primary key,
  user_id uuid not null,
  source varchar(32) not null,
  label varchar(64) not null,
  -- SHA-256 of 256 random bits. [HOK1]
  secret_hash varchar(64) collate "C" not null unique,
  -- A list of {id?, name?}: nothing counts while it is empty.
  accepted_users jsonb not null default '[]'::jsonb,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz
);
create index idx_hooks_user on cuepoint.hooks (user_id);

-- What became of the last events, for the person. [HOK4]
create table cuepoint.hook_receipts (
  hook_id uuid not null references cuepoint.hooks on delete cascade,
  id bigint generated always as identity,
  receipt jsonb not null,
  primary key (hook_id, id)
);

-- One viewing of one file on a server, which all of its events belong to. [HOK3]
create table cuepoint.hook_viewings (
  hook_id uuid not null references cuepoint.hooks on delete cascade,
  -- A hash of the server and the file.
  item varchar(64) collate "C" not null,
  device varchar(255) collate "C",
  viewing jsonb not null,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (hook_id, item)
);
create index idx_hook_viewings_updated on cuepoint.hook_viewings (hook_id, updated_at);
