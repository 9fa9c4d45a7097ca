import { configurationError, labelOf, readSettings, type SettingSources } from './read-settings.ts';
import type { FeedKind } from '../feed/feed.ts';
import type { SettingName, SettingValues } from './settings.ts';

export type AuthConfig =
  /** Loopback only, a secret of its own; nothing but the setting `dev` leads here. [SEC2] */
  | { readonly mode: 'development' }
  /** Nobody but the people of the household, whom the service keeps itself. [ACC1] */
  | { readonly mode: 'accounts' }
  | {
      readonly mode: 'secret';
      readonly secret: Uint8Array;
      readonly audience: string | undefined;
      readonly issuer: string | undefined;
    }
  | {
      readonly mode: 'jwks';
      readonly url: string;
      readonly audience: string;
      readonly issuer: string;
    };

/** The checked settings: what `serve` runs with. */
export interface Config extends Omit<
  SettingValues,
  'dev' | 'jwtSecret' | 'jwksUrl' | 'jwtAudience' | 'jwtIssuer' | 'feed'
> {
  readonly auth: AuthConfig;
  readonly feed: FeedKind;
}

export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/**
 * Reads and checks everything at once.
 *
 * @throws CuepointError `configuration_invalid` that lists every problem, a line each.
 */
export function readConfig(sources: SettingSources): Config {
  const { values, problems, faulty } = readSettings(sources);
  const found = [...problems, ...problemsOfAuth(values, faulty), ...problemsOfFeed(values, faulty)];
  if (found.length > 0) throw configurationError(found);
  const { dev, jwtSecret, jwksUrl, jwtAudience, jwtIssuer, ...rest } = values as SettingValues;
  return {
    ...rest,
    auth: authOf({ dev, accounts: rest.accounts, jwtSecret, jwksUrl, jwtAudience, jwtIssuer }),
    feed: feedOf(rest),
  };
}

/** Without a database server there is one instance, and nobody to tell. */
function feedOf({ feed, databaseUrl }: Partial<SettingValues>): FeedKind {
  return feed ?? (databaseUrl === undefined ? 'memory' : 'postgres');
}

function authOf({
  dev,
  accounts,
  jwtSecret,
  jwksUrl,
  jwtAudience,
  jwtIssuer,
}: Pick<
  SettingValues,
  'dev' | 'accounts' | 'jwtSecret' | 'jwksUrl' | 'jwtAudience' | 'jwtIssuer'
>): AuthConfig {
  if (jwtSecret !== undefined) {
    return { mode: 'secret', secret: jwtSecret, audience: jwtAudience, issuer: jwtIssuer };
  }
  if (jwksUrl !== undefined && jwtAudience !== undefined && jwtIssuer !== undefined) {
    return { mode: 'jwks', url: jwksUrl, audience: jwtAudience, issuer: jwtIssuer };
  }
  return accounts === 'on' && !dev ? { mode: 'accounts' } : { mode: 'development' };
}

function* problemsOfAuth(
  values: Partial<SettingValues>,
  faulty: ReadonlySet<SettingName>,
): Generator<string> {
  const { dev, jwtSecret, jwksUrl, jwtAudience, jwtIssuer, host } = values;
  if (jwtSecret !== undefined && jwksUrl !== undefined) {
    yield `${labelOf('jwtSecret')} and ${labelOf('jwksUrl')}: set one of them, not both`;
  }
  if (jwksUrl !== undefined && jwtAudience === undefined) {
    yield `${labelOf('jwtAudience')}: needed with ${labelOf('jwksUrl')}`;
  }
  if (jwksUrl !== undefined && jwtIssuer === undefined) {
    yield `${labelOf('jwtIssuer')}: needed with ${labelOf('jwksUrl')}`;
  }
  const isGiven = (name: SettingName): boolean => name in values || faulty.has(name);
  const hasAccounts = values.accounts === 'on' || faulty.has('accounts');
  const hasKeys = isGiven('jwtSecret') || isGiven('jwksUrl');
  if (dev === true && hasKeys) {
    yield (
      `${labelOf('dev')}: development mode has a secret of its own; take it or ` +
        `${labelOf('jwtSecret')} and ${labelOf('jwksUrl')} away`
    );
  }
  if (dev === false && !hasKeys && !hasAccounts) {
    yield (
      `${labelOf('jwtSecret')}: set it, or ${labelOf('jwksUrl')}; for the people of a household ` +
        `${labelOf('accounts')}; to try the service on this machine alone, ${labelOf('dev')}`
    );
  }
  const operators = values.operatorAddress;
  if (dev === true && operators !== undefined && !LOOPBACK_HOSTS.includes(operators.host)) {
    yield `${labelOf('operatorAddress')}: in development mode it is on ${LOOPBACK_HOSTS.join(', ')} only`;
  }
  if (dev === true && host !== undefined && !LOOPBACK_HOSTS.includes(host)) {
    yield `${labelOf('host')}: in development mode the service listens on ${LOOPBACK_HOSTS.join(', ')} only`;
  }
}

function* problemsOfFeed(
  values: Partial<SettingValues>,
  faulty: ReadonlySet<SettingName>,
): Generator<string> {
  const isMissing = (name: SettingName): boolean => !(name in values) && !faulty.has(name);
  if (values.feed === 'nats' && isMissing('natsUrls')) {
    yield `${labelOf('natsUrls')}: needed with the feed nats`;
  }
  if (values.feed === 'postgres' && isMissing('databaseUrl')) {
    yield `${labelOf('feed')}: the feed postgres needs ${labelOf('databaseUrl')}`;
  }
  // A pooler hands the session to the next client: nothing would ever be heard on it.
  const isPooled = values.databasePooled === true && isMissing('databaseDirectUrl');
  if (isPooled && !faulty.has('feed') && feedOf(values) === 'postgres') {
    yield (
      `${labelOf('databaseDirectUrl')}: behind a transaction pooler the feed postgres needs it; ` +
        `a single instance can use ${labelOf('feed')} memory`
    );
  }
}
