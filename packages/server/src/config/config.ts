import { configurationError, labelOf, readSettings, type SettingSources } from './read-settings.ts';
import type { SettingName, SettingValues } from './settings.ts';

export type AuthConfig =
  /** Neither a secret nor a key set: loopback only, its own secret. [SEC2] */
  | { readonly mode: 'development' }
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
  'jwtSecret' | 'jwksUrl' | 'jwtAudience' | 'jwtIssuer'
> {
  readonly auth: AuthConfig;
}

export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/**
 * Reads and checks everything at once.
 *
 * @throws CuepointError `configuration_invalid` that lists every problem, a line each.
 */
export function readConfig(sources: SettingSources): Config {
  const { values, problems, faulty } = readSettings(sources);
  const found = [...problems, ...problemsBetween(values, faulty)];
  if (found.length > 0) throw configurationError(found);
  const { jwtSecret, jwksUrl, jwtAudience, jwtIssuer, ...rest } = values as SettingValues;
  return { ...rest, auth: authOf({ jwtSecret, jwksUrl, jwtAudience, jwtIssuer }) };
}

function authOf({
  jwtSecret,
  jwksUrl,
  jwtAudience,
  jwtIssuer,
}: Pick<SettingValues, 'jwtSecret' | 'jwksUrl' | 'jwtAudience' | 'jwtIssuer'>): AuthConfig {
  if (jwtSecret !== undefined) {
    return { mode: 'secret', secret: jwtSecret, audience: jwtAudience, issuer: jwtIssuer };
  }
  if (jwksUrl !== undefined && jwtAudience !== undefined && jwtIssuer !== undefined) {
    return { mode: 'jwks', url: jwksUrl, audience: jwtAudience, issuer: jwtIssuer };
  }
  return { mode: 'development' };
}

function* problemsBetween(
  values: Partial<SettingValues>,
  faulty: ReadonlySet<SettingName>,
): Generator<string> {
  const { jwtSecret, jwksUrl, jwtAudience, jwtIssuer, host } = values;
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
  const isDevelopment = !isGiven('jwtSecret') && !isGiven('jwksUrl');
  if (isDevelopment && host !== undefined && !LOOPBACK_HOSTS.includes(host)) {
    yield (
      `${labelOf('host')}: without ${labelOf('jwtSecret')} or ${labelOf('jwksUrl')} the service ` +
        `listens on ${LOOPBACK_HOSTS.join(', ')} only`
    );
  }
}
