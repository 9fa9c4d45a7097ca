import {
  parseBoolean,
  parseChoice,
  parseHostAndPort,
  parseInteger,
  parseJwksUrl,
  parseJwtSecret,
  parseNatsUrls,
  parseOrigins,
  parseSchemaName,
  parseRedirectUris,
  parseText,
  parseUrl,
  parsePostgresUrl,
} from './parse-value.ts';
import { parseProxies } from '../http/peer-address.ts';

export type SettingGroup =
  | 'listen'
  | 'database'
  | 'feed'
  | 'auth'
  | 'persistence'
  | 'limits'
  | 'log';

export interface Setting<Value> {
  /** The environment variable. A secret is also read from the file that `<env>_FILE` names. */
  readonly env: string;
  readonly group: SettingGroup;
  /** As it would be written in the environment; without one the setting is unset. */
  readonly default?: string;
  readonly description: string;
  readonly parse: (text: string) => Value;
  /** A secret has no flag: arguments are visible to every process of the machine. */
  readonly secret?: true;
  /** Its flag alone means true. */
  readonly isSwitch?: true;
}

const DAY_MS = 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;

/**
 * Every setting of the service, once: this table drives parsing, the flags of `serve`, `--help` and
 * the documented list. The flag of `databasePoolSize` is `--database-pool-size`.
 */
export const SETTINGS = {
  host: {
    env: 'HOST',
    group: 'listen',
    default: '127.0.0.1',
    description: 'Address to listen on. In development mode only a loopback address.',
    parse: parseText,
  },
  port: {
    env: 'PORT',
    group: 'listen',
    default: '8083',
    description: 'Port to listen on; 0 takes any free one.',
    parse: parseInteger(0, 65_535),
  },
  operatorAddress: {
    env: 'CUEPOINT_OPERATOR_ADDRESS',
    group: 'listen',
    description:
      'An address and a port of their own for the console, the inspector, `/health`, `/metrics` and `/openapi.json`, such as 127.0.0.1:9083; then they are not at `HOST`.',
    parse: parseHostAndPort,
  },
  corsOrigins: {
    env: 'CUEPOINT_CORS_ORIGINS',
    group: 'listen',
    description: 'Web origins that may call the service from a page, separated by commas.',
    parse: parseOrigins,
  },
  trustedProxies: {
    env: 'CUEPOINT_TRUSTED_PROXIES',
    group: 'listen',
    description:
      'Proxies whose X-Forwarded-For is believed: addresses or networks, separated by commas. Unset: none.',
    parse: parseProxies,
  },
  console: {
    env: 'CUEPOINT_CONSOLE',
    group: 'listen',
    default: 'on',
    description: 'Whether the console is served at `/`: on or off.',
    parse: parseChoice(['on', 'off']),
  },
  trakt: {
    env: 'CUEPOINT_TRAKT',
    group: 'listen',
    default: 'off',
    description: "Whether Trakt's API is served under `/compat/trakt`: on or off.",
    parse: parseChoice(['on', 'off']),
  },
  traktPort: {
    env: 'CUEPOINT_TRAKT_PORT',
    group: 'listen',
    description:
      "A port of its own at `HOST`, where Trakt's API is at `/`: for clients that take no path; 0 takes any free one.",
    parse: parseInteger(0, 65_535),
  },
  traktRedirectUris: {
    env: 'CUEPOINT_TRAKT_REDIRECT_URIS',
    group: 'auth',
    description:
      "Where clients of Trakt's API may have a browser sent with a code, besides this machine: exact addresses, separated by commas.",
    parse: parseRedirectUris,
  },
  dataDir: {
    env: 'CUEPOINT_DATA_DIR',
    group: 'database',
    default: '.cuepoint',
    description: 'Directory of the embedded database and of the development secret.',
    parse: parseText,
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    group: 'database',
    description:
      'PostgreSQL 15 or later to use instead of the embedded database; several hosts by commas.',
    parse: parsePostgresUrl,
    secret: true,
  },
  databaseDirectUrl: {
    env: 'CUEPOINT_DATABASE_DIRECT_URL',
    group: 'database',
    description:
      'The same database past a transaction pooler, for migrations, advisory locks and the feed.',
    parse: parsePostgresUrl,
    secret: true,
  },
  databaseSchema: {
    env: 'CUEPOINT_DATABASE_SCHEMA',
    group: 'database',
    description: 'Schema that holds the tables.',
    parse: parseSchemaName,
  },
  databasePoolSize: {
    env: 'CUEPOINT_DATABASE_POOL_SIZE',
    group: 'database',
    default: '8',
    description: 'Connections to the database for reads and maintenance.',
    parse: parseInteger(1, 1_000),
  },
  writeConnections: {
    env: 'CUEPOINT_WRITE_CONNECTIONS',
    group: 'database',
    default: '2',
    description:
      'More connections, that commit batches; users are spread over them. Embedded: one.',
    parse: parseInteger(1, 64),
  },
  databasePooled: {
    env: 'CUEPOINT_DATABASE_POOLED',
    group: 'database',
    description:
      'True behind a transaction pooler: statements are not prepared by name. Unset: noticed at start.',
    parse: parseBoolean,
  },
  feed: {
    env: 'CUEPOINT_FEED',
    group: 'feed',
    description:
      'How instances tell each other of changes: memory (a single instance), postgres or nats. ' +
      'Unset: postgres with `DATABASE_URL`, memory without.',
    parse: parseChoice(['memory', 'postgres', 'nats']),
  },
  natsUrls: {
    env: 'NATS_URL',
    group: 'feed',
    description: 'NATS servers for the feed nats, such as nats://host:4222, separated by commas.',
    parse: parseNatsUrls,
    secret: true,
  },
  catchUp: {
    env: 'CUEPOINT_CATCH_UP',
    group: 'database',
    description:
      '`counter` switches catch-up to a counter row a user at start, for good. Unset: as the database has it, `xid` in a new one.',
    parse: parseChoice(['xid', 'counter']),
  },
  batchStatement: {
    env: 'CUEPOINT_BATCH_STATEMENT',
    group: 'database',
    description:
      'How a batch is written: `unnest` or `values`. Unset: `values` where Citus is installed, else `unnest`.',
    parse: parseChoice(['unnest', 'values']),
  },
  dev: {
    env: 'CUEPOINT_DEV',
    group: 'auth',
    default: 'false',
    description:
      'True is development mode: a secret of its own, tokens for whoever is on this machine. `npm start` sets it.',
    parse: parseBoolean,
    isSwitch: true,
  },
  jwtSecret: {
    env: 'CUEPOINT_JWT_SECRET',
    group: 'auth',
    description: 'Shared secret of HS256 tokens, at least 32 bytes.',
    parse: parseJwtSecret,
    secret: true,
  },
  jwksUrl: {
    env: 'CUEPOINT_JWKS_URL',
    group: 'auth',
    description: 'Key set of the identity provider; needs an audience and an issuer.',
    parse: parseJwksUrl,
  },
  jwtAudience: {
    env: 'CUEPOINT_JWT_AUDIENCE',
    group: 'auth',
    description: 'The `aud` that a token must carry.',
    parse: parseText,
  },
  jwtIssuer: {
    env: 'CUEPOINT_JWT_ISSUER',
    group: 'auth',
    description: 'The `iss` that a token must carry.',
    parse: parseText,
  },
  accounts: {
    env: 'CUEPOINT_ACCOUNTS',
    group: 'auth',
    default: 'off',
    description:
      'on: people of a household sign in with a name and a password, beside a secret or a key set or without either. `serve` prints the link that makes the first one.',
    parse: parseChoice(['on', 'off']),
  },
  publicUrl: {
    env: 'CUEPOINT_PUBLIC_URL',
    group: 'listen',
    description:
      'Where people open the service, such as https://watch.example. Unset: as each request names it; needed behind a proxy that gives it another Host.',
    parse: parseUrl('http:', 'https:'),
  },
  maxDriftMs: {
    env: 'CUEPOINT_MAX_DRIFT_MS',
    group: 'limits',
    default: '60000',
    description: 'How far ahead of the service a timestamp may be, in ms.',
    parse: parseInteger(0, DAY_MS),
  },
  rateLimit: {
    env: 'CUEPOINT_RATE_LIMIT',
    group: 'limits',
    default: '1000',
    description:
      'Requests and messages of one user, and refused tokens of one address, in 10 seconds, in this process; the rates of ops (10 for each), bytes (8,192) and rows read (200) follow it. 0 turns all of them off.',
    parse: parseInteger(0, 1_000_000),
  },
  devicesPerUser: {
    env: 'CUEPOINT_DEVICES_PER_USER',
    group: 'limits',
    default: '200',
    description: 'Most devices that one user can register.',
    parse: parseInteger(1, 1_000),
  },
  rowsPerUser: {
    env: 'CUEPOINT_ROWS_PER_USER',
    group: 'limits',
    default: '200000',
    description:
      'Rows of one user, of the watchlist and of progress, removed ones until they are collected; past it an op that makes a row is rejected as quota_exceeded. 0 for no bound.',
    parse: parseInteger(0, 100_000_000),
  },
  socketsMax: {
    env: 'CUEPOINT_SOCKETS_MAX',
    group: 'limits',
    default: '15000',
    description: 'Live sockets of this instance; below the limit of open files.',
    parse: parseInteger(1, 1_000_000),
  },
  socketsPerUser: {
    env: 'CUEPOINT_SOCKETS_PER_USER',
    group: 'limits',
    default: '50',
    description: 'Live sockets of one user on this instance.',
    parse: parseInteger(1, 10_000),
  },
  pendingSocketsPerAddress: {
    env: 'CUEPOINT_PENDING_SOCKETS_PER_ADDRESS',
    group: 'limits',
    default: '1000',
    description:
      'Live sockets of one address that have not said hello; past it the oldest of them goes.',
    parse: parseInteger(1, 1_000_000),
  },
  healingIntervalMs: {
    env: 'CUEPOINT_HEALING_INTERVAL_MS',
    group: 'persistence',
    default: '300000',
    description:
      'How often each user with a live socket is read for, should the feed have lost something.',
    parse: parseInteger(100, DAY_MS),
  },
  progressDebounceMs: {
    env: 'CUEPOINT_PROGRESS_DEBOUNCE_MS',
    group: 'persistence',
    default: '0',
    description:
      'Quiet time before a progress change is written, in ms. It only delays the answer.',
    parse: parseInteger(0, HOUR_MS),
  },
  ackTimeoutMs: {
    env: 'CUEPOINT_ACK_TIMEOUT_MS',
    group: 'persistence',
    default: '10000',
    description: 'How long a write waits for its commit before it answers outcome_unknown, in ms.',
    parse: parseInteger(100, HOUR_MS),
  },
  backlogMax: {
    env: 'CUEPOINT_BACKLOG_MAX',
    group: 'persistence',
    default: '50000',
    description: 'Changes that may wait for a commit; past it a write is refused as overloaded.',
    parse: parseInteger(1, 100_000_000),
  },
  backlogMaxBytes: {
    env: 'CUEPOINT_BACKLOG_MAX_BYTES',
    group: 'persistence',
    default: '67108864',
    description: 'Bytes that may wait for a commit.',
    parse: parseInteger(1_024, 2 ** 40),
  },
  stopTimeoutMs: {
    env: 'CUEPOINT_STOP_TIMEOUT_MS',
    group: 'persistence',
    default: '20000',
    description: 'How long a stop waits for requests and commits, in ms.',
    parse: parseInteger(0, HOUR_MS),
  },
  retentionDays: {
    env: 'CUEPOINT_RETENTION_DAYS',
    group: 'persistence',
    default: '30',
    description: 'Days that a removed watchlist entry is remembered before it is collected.',
    parse: parseInteger(1, 36_500),
  },
  audit: {
    env: 'CUEPOINT_AUDIT',
    group: 'log',
    default: 'stderr',
    description:
      'Where the trail of who touched whose data goes, at every log level: stderr, stdout, or the path of a file.',
    parse: parseText,
  },
  logLevel: {
    env: 'LOG_LEVEL',
    group: 'log',
    default: 'info',
    description: 'Least level that is logged.',
    parse: parseChoice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<Name extends SettingName> = ReturnType<(typeof SETTINGS)[Name]['parse']>;
type HasDefault<Name extends SettingName> = (typeof SETTINGS)[Name] extends { default: string }
  ? true
  : false;

/** A setting without a default may be unset. */
export type SettingValues = {
  readonly [Name in SettingName]: HasDefault<Name> extends true
    ? ValueOf<Name>
    : ValueOf<Name> | undefined;
};

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export function settingOf(name: SettingName): Setting<unknown> {
  return SETTINGS[name];
}

/** `undefined` for a secret. */
export function flagOf(name: SettingName): string | undefined {
  if (settingOf(name).secret === true) return undefined;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
