/** A table outside of the users' exports, as a backup keeps it. */
export interface KeptTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** The primary key, with its types: pages are read in its order. */
  readonly key: readonly (readonly [column: string, type: string])[];
  /** Rows that must be there: a row without them is left out. */
  readonly parents?: readonly {
    readonly column: string;
    readonly of: string;
    readonly key: string;
  }[];
  /** What becomes of a row that is there already; it stays by default. */
  readonly onConflict?: string;
  /** A column whose numbers are given by a sequence. */
  readonly counted?: string;
}

/** In the order in which they are written: what others stand on comes first. */
export const KEPT_TABLES: readonly KeptTable[] = [
  {
    name: 'account_state',
    columns: ['id', 'signing_key', 'set_up_nonce'],
    key: [['id', 'smallint']],
    // With the key, people stay signed in. Where there are people already, theirs stays.
    onConflict:
      'on conflict (id) do update set signing_key = excluded.signing_key, set_up_nonce = excluded.set_up_nonce ' +
      'where not exists (select from cuepoint.accounts) ' +
      'and (t.signing_key, t.set_up_nonce) is distinct from (excluded.signing_key, excluded.set_up_nonce)',
  },
  {
    name: 'accounts',
    columns: ['id', 'name', 'name_key', 'password_hash', 'password_set_at', 'created_at'],
    key: [['id', 'uuid']],
  },
  {
    name: 'account_profiles',
    columns: ['user_id', 'account_id', 'name', 'created_at'],
    key: [['user_id', 'uuid']],
    parents: [{ column: 'account_id', of: 'accounts', key: 'id' }],
  },
  {
    name: 'account_sign_ins',
    columns: [
      'id',
      'account_id',
      'user_id',
      'label',
      'device_id',
      'cookie_hash',
      'created_at',
      'last_used_at',
      'expires_at',
    ],
    key: [['id', 'uuid']],
    parents: [
      { column: 'account_id', of: 'accounts', key: 'id' },
      { column: 'user_id', of: 'account_profiles', key: 'user_id' },
    ],
  },
  {
    name: 'account_refresh_tokens',
    columns: ['token_hash', 'sign_in_id', 'issued_at', 'rotated_at'],
    key: [['token_hash', 'varchar']],
    parents: [{ column: 'sign_in_id', of: 'account_sign_ins', key: 'id' }],
  },
  {
    name: 'catalogue_contents',
    columns: ['content_id', 'facts', 'updated_at'],
    key: [['content_id', 'varchar']],
    onConflict:
      'on conflict (content_id) do update set facts = excluded.facts, updated_at = excluded.updated_at ' +
      'where t.updated_at < excluded.updated_at',
  },
  { name: 'catalogue_aliases', columns: ['alias', 'content_id'], key: [['alias', 'varchar']] },
  {
    name: 'content_numbers',
    columns: ['number', 'name'],
    key: [['number', 'integer']],
    counted: 'number',
  },
  {
    name: 'hooks',
    columns: [
      'id',
      'user_id',
      'source',
      'label',
      'secret_hash',
      'accepted_users',
      'created_at',
      'last_used_at',
    ],
    key: [['id', 'uuid']],
  },
  {
    name: 'hook_receipts',
    columns: ['hook_id', 'id', 'receipt'],
    key: [
      ['hook_id', 'uuid'],
      ['id', 'bigint'],
    ],
    parents: [{ column: 'hook_id', of: 'hooks', key: 'id' }],
    counted: 'id',
  },
  {
    name: 'hook_viewings',
    columns: ['hook_id', 'item', 'device', 'viewing', 'updated_at'],
    key: [
      ['hook_id', 'uuid'],
      ['item', 'varchar'],
    ],
    parents: [{ column: 'hook_id', of: 'hooks', key: 'id' }],
  },
];

/** Tables that no backup holds, each for its reason. */
export const LEFT_TABLES: Readonly<Record<string, string>> = {
  account_attempts: 'waits of minutes',
  account_device_codes: 'codes of minutes',
  cuepoint_migrations: 'of the schema, which the restoring version makes',
  sync_state: 'of this database alone',
  user_versions: 'of this database alone: cursors of another one get the whole state',
};

/** Tables whose rows are lines of each user's export; the erasures are lines of their own. */
export const USER_TABLES: readonly string[] = [
  'user_devices',
  'user_erasures',
  'user_floors',
  'user_plays',
  'user_progress',
  'user_registers',
  'user_watchlists',
];
