import { describe, expect, it } from 'vitest';
import { parsePostgresHosts } from './postgres-hosts.ts';

describe('a connection string', () => {
  it('of one host stays as it is, and need not take writes', () => {
    const url = 'postgres://someone:p%40ss@db/films?sslmode=require';
    const hosts = parsePostgresHosts(url);
    expect(hosts).toMatchObject({ urls: [url], isReadWrite: false });
    expect(hosts.description).toBe('PostgreSQL at db:5432/films');
  });

  it('of several hosts goes to the next one that is left, and needs one that takes writes', () => {
    const hosts = parsePostgresHosts('postgresql://someone:secret@one:5433,[::1],three/films');
    expect(hosts.isReadWrite).toBe(true);
    expect(hosts.description).toBe('PostgreSQL at one:5433, [::1]:5432, three:5432/films');
    const [one = '', two = '', three = ''] = hosts.urls;
    expect(two).toBe('postgresql://someone:secret@[::1]/films');
    hosts.leave(one);
    hosts.leave(one);
    expect(hosts.current).toBe(two);
    hosts.leave(two);
    hosts.leave(three);
    expect(hosts.current).toBe(one);
  });

  it('says which servers will do, in an attribute that node-postgres does not see', () => {
    const read = (attribute: string) =>
      parsePostgresHosts(
        `postgres://one,two/films?target_session_attrs=${attribute}&sslmode=disable`,
      );
    expect(read('primary')).toMatchObject({
      isReadWrite: true,
      urls: ['postgres://one/films?sslmode=disable', 'postgres://two/films?sslmode=disable'],
    });
    expect(read('any').isReadWrite).toBe(false);
    expect(() => read('standby')).toThrow('read-write, primary or any');
    expect(() => parsePostgresHosts('mysql://one/films')).toThrow('not a PostgreSQL URL');
  });
});
