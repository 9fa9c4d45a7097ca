import { parsePostgresHosts } from '@cuepoint/store';

/**
 * Parsers of single settings. Each throws an `Error` whose message says what is expected, and never
 * repeats the value: it may be a secret.
 */

export function parseText(text: string): string {
  return text;
}

export function parseInteger(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum && value <= maximum)) {
      throw new Error(`expected an integer from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

export function parseBoolean(text: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new Error('expected true or false');
}

export function parseChoice<const Choice extends string>(
  choices: readonly Choice[],
): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new Error(`expected one of ${choices.join(', ')}`);
    return choice;
  };
}

export function parseUrl(...protocols: readonly string[]): (text: string) => string {
  return (text) => {
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      throw new Error(
        `expected a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
      );
    }
    return text;
  };
}

/** Of one host or several, as libpq writes them. */
export function parsePostgresUrl(text: string): string {
  try {
    parsePostgresHosts(text);
  } catch {
    throw new Error(
      'expected a URL that begins with postgres:// or postgresql://, of one host or several with commas ' +
        'between them; target_session_attrs may be read-write, primary or any',
    );
  }
  return text;
}

/** Keys that came over an open network could be anyone's. [SEC1] */
export function parseJwksUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return text;
  throw new Error('expected a URL that begins with https://, or http:// on this machine');
}

/** Web origins, separated by commas: scheme, host and port, nothing after them. */
export function parseOrigins(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      if (!URL.canParse(part) || new URL(part).origin !== part) {
        throw new Error('expected origins such as https://tv.example, separated by commas');
      }
      return part;
    });
}

/** Addresses of pages, or of apps in their own schemes; a fragment has no place in one. */
export function parseRedirectUris(text: string): readonly string[] {
  const uris = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const isGood = (uri: string): boolean =>
    URL.canParse(uri) && !uri.includes('#') && !/^(?:javascript|data|file|blob):/i.test(uri);
  if (!uris.every(isGood)) throw new Error('expected URLs without a fragment, separated by commas');
  return uris;
}

/** Servers of one NATS, separated by commas; credentials may stand in them. */
export function parseNatsUrls(text: string): readonly string[] {
  const urls = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const isNats = (url: string): boolean =>
    URL.canParse(url) && /^(?:nats|tls):$/.test(new URL(url).protocol) && new URL(url).host !== '';
  if (urls.length === 0 || !urls.every(isNats)) {
    throw new Error('expected URLs that begin with nats:// or tls://, separated by commas');
  }
  return urls;
}

/** PostgreSQL folds and cuts longer names; refusing them here keeps one spelling. */
export function parseSchemaName(text: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(text)) {
    throw new Error('expected a name of letters, digits and _, at most 63');
  }
  if (/^(?:pg_|information_schema$)/i.test(text)) {
    throw new Error('expected a schema of its own: PostgreSQL keeps pg_… and information_schema');
  }
  return text;
}

export const JWT_SECRET_BYTES_MIN = 32;

/** Fewer different signs than a random secret of that length has, in hexadecimal digits as well. */
const SECRET_SIGNS_MIN = 8;

/** HS256 is as strong as its secret; RFC 7518 asks for 256 bits at least, and not for one word many times. */
export function parseJwtSecret(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length < JWT_SECRET_BYTES_MIN) {
    throw new Error(`expected at least ${JWT_SECRET_BYTES_MIN} bytes`);
  }
  if (isRepetition(text) || new Set(text).size < SECRET_SIGNS_MIN) {
    throw new Error('expected what nobody guesses, such as of: openssl rand -base64 48');
  }
  return bytes;
}

/** Whether a text begins anew by its middle at the latest: `changemechangeme`, also cut short at its end. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period += 1) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}

const HOST_AND_PORT = /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9.-]+)):(?<port>\d{1,5})$/;

/** A host and a port: `127.0.0.1:9083`, `[::1]:9083`. */
export function parseHostAndPort(text: string): { readonly host: string; readonly port: number } {
  const groups = HOST_AND_PORT.exec(text)?.groups ?? {};
  const port = Number(groups['port'] ?? Number.NaN);
  if (!(port <= 65_535)) throw new Error('expected an address and a port, such as 127.0.0.1:9083');
  return { host: groups['v6'] ?? groups['name'] ?? '', port };
}
