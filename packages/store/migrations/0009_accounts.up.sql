-- compatible-from: 1
--
-- A household without an identity provider: people, their profiles, and what they are signed in with.
-- Why: docs/decisions/0043-accounts.md

-- One row: what the access tokens of the service are signed with, and what the set-up link is made of. [ACC1]
create table cuepoint.account_state (
  id smallint primary key default 1 check (id = 1),
  -- 244 random bits.
  signing_key text not null default gen_random_uuid()::text || gen_random_uuid()::text
    check (length(signing_key) >= 64),
  -- Another one once the link was used: a link opens once.
  set_up_nonce uuid not null default gen_random_uuid()
);
insert into cuepoint.account_state default values;

create table cuepoint.accounts (
  id uuid primary key,
  name varchar(64) not null,
  -- The name as it is compared: by compatibility forms, in lower case.
  name_key varchar(255) collate "C" not null unique,
  -- A PHC string of argon2id.
  password_hash varchar(255) not null,
  password_set_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp()
);

-- A profile is a user of everything else here.
create table cuepoint.account_profiles (
  user_id uuid primary key,
  account_id uuid not null references cuepoint.accounts on delete cascade,
  name varchar(64) not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (account_id, name)
);

-- A browser of the console or an app of a profile. What is revoked is deleted. [ACC5]
create table cuepoint.account_sign_ins (
  id uuid primary key,
  account_id uuid not null references cuepoint.accounts on delete cascade,
  -- Of an app; a browser is of the account.
  user_id uuid references cuepoint.account_profiles on delete cascade,
  label varchar(128) not null,
  -- The device that an app is bound to.
  device_id varchar(255) collate "C",
  -- SHA-256 of a browser's cookie.
  cookie_hash varchar(64) collate "C" unique,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  check ((user_id is null) = (cookie_hash is not null))
);
create index idx_sign_ins_account on cuepoint.account_sign_ins (account_id);
create index idx_sign_ins_user on cuepoint.account_sign_ins (user_id) where user_id is not null;

-- One that was rotated is kept, so that its reuse is seen. [ACC4]
create table cuepoint.account_refresh_tokens (
  -- SHA-256.
  token_hash varchar(64) collate "C" primary key,
  sign_in_id uuid not null references cuepoint.account_sign_ins on delete cascade,
  issued_at timestamptz not null default clock_timestamp(),
  rotated_at timestamptz
);
create index idx_refresh_tokens_sign_in on cuepoint.account_refresh_tokens (sign_in_id);

-- A screen that waits for a person to confirm it (RFC 8628). [ACC3]
create table cuepoint.account_device_codes (
  -- SHA-256.
  device_code_hash varchar(64) collate "C" primary key,
  user_code varchar(16) collate "C" not null unique,
  label varchar(128) not null,
  device_id varchar(255) collate "C",
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  -- Polls before it are too fast.
  next_poll_at timestamptz not null default clock_timestamp(),
  -- The profile that was picked.
  user_id uuid references cuepoint.account_profiles on delete cascade,
  denied_at timestamptz,
  used_at timestamptz,
  sign_in_id uuid references cuepoint.account_sign_ins on delete cascade
);
create index idx_device_codes_expires on cuepoint.account_device_codes (expires_at);

-- Wrong passwords and codes, by whom and from where. [ACC2] [ACC3]
create table cuepoint.account_attempts (
  key varchar(320) collate "C" primary key,
  failures integer not null check (failures > 0),
  failed_at timestamptz not null default clock_timestamp()
);
