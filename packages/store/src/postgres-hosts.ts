import { CuepointError } from '@cuepoint/core';

/** The hosts of a connection string, and which of them new connections go to. */
export interface PostgresHosts {
  /** Printable, without a password. */
  readonly description: string;
  /** One connection string for each host. */
  readonly urls: readonly string[];
  /** Whether a connection has to take writes, or another host is tried. */
  readonly isReadWrite: boolean;
  /** Where the next connection goes. */
  readonly current: string;
  /** This host cannot be had: the next connection goes to the next one. */
  leave(url: string): void;
}

const ATTRIBUTE = 'target_session_attrs';
const SHAPE = /^(?<scheme>postgres(?:ql)?:\/\/)(?<user>[^@/?#]*@)?(?<hosts>[^/?#]*)(?<rest>.*)$/s;

/**
 * Reads a connection string as libpq does, with several hosts: `postgres://user@one:5432,two/name`.
 *
 * `target_session_attrs` is read-write, primary or any; with several hosts it is read-write where nothing is said.
 * node-postgres takes one host and knows no such attribute.
 *
 * @throws CuepointError `configuration_invalid`
 */
export function parsePostgresHosts(url: string): PostgresHosts {
  const { scheme = '', user = '', hosts = '', rest = '' } = SHAPE.exec(url)?.groups ?? {};
  const list = hosts.split(',').map((host) => `${scheme}${user}${host}${rest}`);
  const [first] = list;
  if (scheme === '' || first === undefined || !list.every((each) => URL.canParse(each))) {
    throw invalid('DATABASE_URL is not a PostgreSQL URL.');
  }
  const { searchParams, pathname } = new URL(first);
  const attribute = searchParams.get(ATTRIBUTE) ?? (list.length > 1 ? 'read-write' : 'any');
  if (!['read-write', 'primary', 'any'].includes(attribute)) {
    throw invalid(`${ATTRIBUTE} has to be read-write, primary or any: Cuepoint writes.`);
  }
  const urls = searchParams.has(ATTRIBUTE) ? list.map(withoutAttribute) : list;
  let index = 0;
  const current = () => urls[index] ?? first;
  return {
    description: `PostgreSQL at ${list.map(describeHost).join(', ')}${pathname}`,
    urls,
    isReadWrite: attribute !== 'any',
    get current() {
      return current();
    },
    leave(left) {
      if (left === current()) index = (index + 1) % urls.length;
    },
  };
}

function withoutAttribute(text: string): string {
  const url = new URL(text);
  url.searchParams.delete(ATTRIBUTE);
  return url.href;
}

function describeHost(text: string): string {
  const { hostname, port } = new URL(text);
  return `${hostname || 'localhost'}:${port || '5432'}`;
}

function invalid(message: string): CuepointError {
  return new CuepointError('configuration_invalid', message, { field: 'DATABASE_URL' });
}
