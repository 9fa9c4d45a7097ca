import { randomUUID } from 'node:crypto';
import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { readConfig, type Config } from '../config/config.ts';
import { SETTING_NAMES, type SettingName } from '../config/settings.ts';
import { openAudit } from '../http/audit-trail.ts';
import { LOG_SERIALIZERS } from '../http/logger.ts';
import { BODY_BYTES_MAX, PATH_ID_LENGTH_MAX } from '../limits.ts';
import { cuepointPlugin } from './cuepoint-plugin.ts';
import { openParts, type OpenedParts } from './open-parts.ts';

/** What a server of its own takes from the settings; here it is the host's to say. */
const OF_A_SERVER = ['host', 'port', 'operatorAddress', 'traktPort', 'logLevel', 'dev'] as const;
/** What has an option of its own. */
const OPTIONS = [
  'dataDir',
  'databaseUrl',
  'jwtSecret',
  'jwksUrl',
  'jwtAudience',
  'jwtIssuer',
] as const;

type OtherSetting = Exclude<SettingName, (typeof OF_A_SERVER)[number] | (typeof OPTIONS)[number]>;

export interface CuepointOptions {
  /** Directory of the embedded database. Either this or `databaseUrl`. */
  readonly dataDir?: string;
  /** Of a PostgreSQL, 15 or later. */
  readonly databaseUrl?: string;
  /** Shared secret of HS256 tokens, at least 32 bytes. */
  readonly secret?: string;
  /** Key set of an identity provider, and what its tokens must carry. */
  readonly jwks?: { readonly url: string; readonly audience: string; readonly issuer: string };
  /** Any other setting by its name, as `{ rateLimit: 500, feed: 'nats' }`. The environment is not read. */
  readonly settings?: Readonly<Partial<Record<OtherSetting, string | number | boolean>>>;
  /** Ends the wait for a database that does not come. */
  readonly signal?: AbortSignal;
  /** Told of the code that makes the first person of a household, while there is nobody: `/set-up#code=…`. [ACC1] */
  readonly onSetUp?: (code: string) => void;
}

/**
 * The whole service as a Fastify plugin, for an app with a server of its own:
 * `app.register(cuepoint, { dataDir: 'watch-data', secret, prefix: '/watch' })`.
 *
 * It opens the database, migrates it and serves below the prefix. Hooks, parsers, validation, errors and the forms of
 * its log lines stay inside. `app.close()` ends the live sessions, flushes and closes the database.
 *
 * @throws CuepointError `configuration_invalid` with every problem, `database_unavailable` where the database does not come within
 * three quarters of the app's `pluginTimeout` (0 waits as long as it takes), `data_directory_in_use`, `schema_too_new`.
 */
export const cuepoint: FastifyPluginAsync<CuepointOptions> = async (app, options) => {
  const config = configOf(options);
  warnOfShortPaths(app);
  const stopping = new AbortController();
  let opened: OpenedParts | undefined;
  app.addHook('preClose', async () => stopping.abort());
  // Added first, run last: Fastify closes in reverse order, and by then nothing writes any more.
  app.addHook('onClose', async () => opened?.stop());

  // In the log of the host too: no message of an error, which can quote what a user wrote. [SEC4]
  const childOptions = { serializers: LOG_SERIALIZERS };
  app.setChildLoggerFactory((logger, bindings, given) =>
    logger.child(bindings, { ...given, ...childOptions }),
  );
  app.addHook('onRoute', (route) => {
    route.bodyLimit ??= BODY_BYTES_MAX;
  });
  const deps = {
    logger: app.log.child({}, childOptions),
    writeAudit: openAudit(config.audit, process),
    now: Date.now,
    random: Math.random,
    randomUuid: randomUUID,
    patience: patienceOf(app, options.signal),
    onUnavailable: (reason: string) => app.log.warn(`waiting for the database: ${reason}`),
  };
  opened = await openParts(config, deps, stopping.signal);
  await app.register(cuepointPlugin, { parts: opened.parts });
  const { onSetUp } = options;
  const setUp = onSetUp && (await opened.parts.accounts?.readSetUp());
  if (setUp != null) onSetUp?.(setUp.code);
};

/** The settings as `serve` reads them, of the options alone. @throws CuepointError `configuration_invalid` */
function configOf({ dataDir, databaseUrl, secret, jwks, settings = {} }: CuepointOptions): Config {
  const taken: ReadonlySet<string> = new Set([...OF_A_SERVER, ...OPTIONS]);
  const known: ReadonlySet<string> = new Set(SETTING_NAMES);
  const refused = Object.keys(settings).filter((name) => taken.has(name) || !known.has(name));
  if ((dataDir === undefined) === (databaseUrl === undefined)) {
    throw invalid('Give dataDir, for an embedded database, or databaseUrl.', 'dataDir');
  }
  if (refused.length > 0) throw invalid(`No settings here: ${refused.join(', ')}.`, 'settings');
  const values = {
    // Whether it serves pages beside those of the host is for the host to say.
    console: 'off',
    ...settings,
    dataDir,
    databaseUrl,
    jwtSecret: secret,
    jwksUrl: jwks?.url,
    jwtAudience: jwks?.audience,
    jwtIssuer: jwks?.issuer,
  };
  const flags = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return readConfig({ env: {}, flags: Object.fromEntries(flags), readFile: () => '' });
}

function invalid(message: string, field: string): CuepointError {
  return new CuepointError('configuration_invalid', message, { field });
}

/** Fastify cuts parameters at 100 signs by default: a longer id of a content leads nowhere. */
function warnOfShortPaths({ initialConfig, log }: FastifyInstance): void {
  const { routerOptions, maxParamLength } = initialConfig as {
    readonly routerOptions?: { readonly maxParamLength?: number };
    readonly maxParamLength?: number;
  };
  const room = routerOptions?.maxParamLength ?? maxParamLength ?? 0;
  if (room >= PATH_ID_LENGTH_MAX) return;
  log.warn(`long ids need fastify({ routerOptions: { maxParamLength: ${PATH_ID_LENGTH_MAX} } })`);
}

/** Ends the wait for the database; what has begun to open may still be slow, as an embedded one is that is new. */
function patienceOf(
  { initialConfig }: FastifyInstance,
  signal: AbortSignal | undefined,
): AbortSignal {
  const { pluginTimeout = 0 } = initialConfig;
  const ends = pluginTimeout > 0 ? [AbortSignal.timeout((pluginTimeout * 3) / 4)] : [];
  return AbortSignal.any(signal === undefined ? ends : [...ends, signal]);
}
