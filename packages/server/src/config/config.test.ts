import { randomBytes } from 'node:crypto';
import { isCuepointError } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { databaseOptionsOf } from './database-config.ts';
import { flagOf, SETTING_NAMES, settingOf } from './settings.ts';

const noFile = (): string => {
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
};
/** In development mode unless the settings say who may call. */
const read = (env: Record<string, string>, flags: Record<string, string> = {}) => {
  const isSaid = Object.keys(env).some((name) => /_JWT_SECRET|_JWKS_URL|_DEV/.test(name));
  const mode = isSaid ? {} : { CUEPOINT_DEV: 'true' };
  return readConfig({ env: { ...mode, ...env }, flags, readFile: noFile });
};
const problemsOf = (env: Record<string, string>): string => {
  try {
    read(env);
  } catch (error) {
    if (isCuepointError(error, 'configuration_invalid')) return error.message;
    throw error;
  }
  return '';
};
const secret = 'a secret of the tests, 32 bytes or more';

describe('the configuration', () => {
  it('[ACC1] takes accounts for who may call, beside a key or without one, on any address', () => {
    const start = (env: Record<string, string>) => readConfig({ env, readFile: noFile });
    const alone = start({ CUEPOINT_ACCOUNTS: 'on', HOST: '0.0.0.0' });
    expect([alone.auth.mode, alone.accounts]).toEqual(['accounts', 'on']);
    const beside = start({ CUEPOINT_ACCOUNTS: 'on', CUEPOINT_JWT_SECRET: secret });
    expect([beside.auth.mode, beside.accounts]).toEqual(['secret', 'on']);
    expect(start({ CUEPOINT_JWT_SECRET: secret }).accounts).toBe('off');
    expect(start({ CUEPOINT_ACCOUNTS: 'on', CUEPOINT_DEV: 'true' }).auth.mode).toBe('development');
    expect(() => start({ CUEPOINT_ACCOUNTS: 'off' })).toThrow('CUEPOINT_ACCOUNTS');
    expect(() => start({ CUEPOINT_ACCOUNTS: 'yes' })).toThrow('expected one of on, off');
  });

  it('has a default for everything that needs one', () => {
    expect(read({})).toMatchObject({
      host: '127.0.0.1',
      port: 8083,
      dataDir: '.cuepoint',
      progressDebounceMs: 0,
      feed: 'memory',
      maxDriftMs: 60_000,
      retentionDays: 30,
      auth: { mode: 'development' },
    });
  });

  it('a flag wins over the environment, and an empty variable is an unset one', () => {
    expect(read({ PORT: '1' }, { port: '2' }).port).toBe(2);
    expect(read({ PORT: '' }).port).toBe(8083);
  });

  it('opens PostgreSQL where a URL is given, else the data directory', () => {
    expect(databaseOptionsOf(read({}))).toMatchObject({
      dataDir: '.cuepoint',
      writers: 2,
    });
    expect(databaseOptionsOf(read({}))).not.toHaveProperty('pooled');
    const options = databaseOptionsOf(
      read({ DATABASE_URL: 'postgres://h/d', CUEPOINT_DATABASE_DIRECT_URL: 'postgres://i/d' }),
    );
    expect(options).toMatchObject({ url: 'postgres://h/d', directUrl: 'postgres://i/d' });
    expect(options).not.toHaveProperty('dataDir');
  });

  it('[LIV3] takes the feed of the database, unless one is named', () => {
    const database = { DATABASE_URL: 'postgres://h/d' };
    expect(read(database).feed).toBe('postgres');
    expect(read({ ...database, CUEPOINT_FEED: 'memory' }).feed).toBe('memory');
    const nats = read({ CUEPOINT_FEED: 'nats', NATS_URL: 'nats://a:1, tls://u:p@b ,' });
    expect(nats).toMatchObject({ feed: 'nats', natsUrls: ['nats://a:1', 'tls://u:p@b'] });
    expect(problemsOf({ CUEPOINT_FEED: 'nats' })).toContain('NATS_URL');
    expect(problemsOf({ CUEPOINT_FEED: 'postgres' })).toContain('DATABASE_URL');
  });

  it('[LIV3] behind a pooler wants a way past it for the feed', () => {
    const pooled = { DATABASE_URL: 'postgres://h/d', CUEPOINT_DATABASE_POOLED: 'true' };
    expect(problemsOf(pooled)).toContain('CUEPOINT_DATABASE_DIRECT_URL');
    expect(problemsOf({ ...pooled, CUEPOINT_DATABASE_DIRECT_URL: 'postgres://i/d' })).toBe('');
    expect(problemsOf({ ...pooled, CUEPOINT_FEED: 'memory' })).toBe('');
    expect(problemsOf({ ...pooled, CUEPOINT_FEED: 'nats', NATS_URL: 'nats://a' })).toBe('');
    const faulty = problemsOf({ ...pooled, CUEPOINT_FEED: 'carrier-pigeon' });
    expect(faulty.split('\n')).toHaveLength(2);
  });

  it('leaves catch-up and the form of a batch to the database unless they are set', () => {
    const options = databaseOptionsOf(read({}));
    expect(options).not.toHaveProperty('catchUp');
    expect(options).not.toHaveProperty('batch');
    const set = read({ CUEPOINT_CATCH_UP: 'counter', CUEPOINT_BATCH_STATEMENT: 'values' });
    expect(databaseOptionsOf(set)).toMatchObject({ catchUp: 'counter', batch: 'values' });
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '1.5'],
    ['PORT', ' 80'],
    ['DATABASE_URL', 'mysql://h/d'],
    ['CUEPOINT_DATABASE_SCHEMA', 'a"; drop schema public; --'],
    ['CUEPOINT_DATABASE_SCHEMA', 'pg_catalog'],
    ['CUEPOINT_DATABASE_SCHEMA', 'information_schema'],
    ['CUEPOINT_DATABASE_POOLED', 'maybe'],
    ['CUEPOINT_FEED', 'redis'],
    ['NATS_URL', 'http://h'],
    ['NATS_URL', 'nats://'],
    ['NATS_URL', ' , '],
    ['CUEPOINT_CATCH_UP', 'both'],
    ['CUEPOINT_BATCH_STATEMENT', 'copy'],
    ['CUEPOINT_JWT_SECRET', 'short'],
    ['CUEPOINT_JWT_SECRET', 'changeme'.repeat(4)],
    ['CUEPOINT_JWT_SECRET', `${'my-secret-key-'.repeat(3)}my`],
    ['CUEPOINT_JWT_SECRET', '0123456789abcdef'.repeat(2)],
    ['CUEPOINT_JWT_SECRET', `a${'b'.repeat(40)}`],
    ['CUEPOINT_OPERATOR_ADDRESS', '9083'],
    ['CUEPOINT_OPERATOR_ADDRESS', '127.0.0.1:65536'],
    ['CUEPOINT_OPERATOR_ADDRESS', 'http://127.0.0.1:1'],
    ['CUEPOINT_JWKS_URL', 'file:///etc/passwd'],
    ['CUEPOINT_JWKS_URL', 'http://keys.example/jwks'],
    ['CUEPOINT_CORS_ORIGINS', 'https://a.example/path'],
    ['CUEPOINT_CORS_ORIGINS', '*'],
    ['LOG_LEVEL', 'loud'],
    ['CUEPOINT_RATE_LIMIT', '-1'],
    ['CUEPOINT_RETENTION_DAYS', '0'],
  ])('refuses %s=%s by name', (env, value) => {
    const problems = problemsOf({
      CUEPOINT_JWT_AUDIENCE: 'a',
      CUEPOINT_JWT_ISSUER: 'i',
      [env]: value,
    });
    expect(problems.split('\n')).toHaveLength(2);
    expect(problems).toContain(env);
  });

  it('[SEC4] never repeats a value: it may be a secret', () => {
    expect(problemsOf({ CUEPOINT_JWT_SECRET: 'hush' })).not.toContain('hush');
    expect(problemsOf({ DATABASE_URL: 'mysql://u:hush@h/d' })).not.toContain('hush');
    expect(problemsOf({ NATS_URL: 'http://hush@h' })).not.toContain('hush');
  });

  it('[SEC2] without a secret or a key set there is no start, unless development mode is asked for', () => {
    const problemsWithout = (env: Record<string, string>) =>
      problemsOf({ CUEPOINT_DEV: 'false', ...env });
    for (const env of [{}, { NODE_ENV: 'development' }]) {
      const problems = problemsWithout(env);
      expect(problems.split('\n')).toHaveLength(2);
      for (const name of ['CUEPOINT_JWT_SECRET', 'CUEPOINT_JWKS_URL', 'CUEPOINT_DEV']) {
        expect(problems).toContain(name);
      }
    }
    expect(problemsWithout({ CUEPOINT_JWT_SECRET: secret })).toBe('');
    expect(read({}, { dev: 'true' }).auth).toEqual({ mode: 'development' });
    const both = problemsOf({ CUEPOINT_DEV: 'true', CUEPOINT_JWT_SECRET: secret });
    expect(both).toContain('CUEPOINT_DEV (--dev): development mode has a secret of its own');
  });

  it.each([
    'CUEPOINT_JWT_SECRET',
    'CUEPOINT_JWT_SECRET_FILE',
    'CUEPOINT_JWKS_URL',
    'CUEPOINT_JWT_AUDIENCE',
    'CUEPOINT_JWT_ISSUER',
    'CUEPOINT_DEV',
  ])('[SEC2] an empty %s is refused: a compose file could not fill it', (name) => {
    const mode = name === 'CUEPOINT_DEV' ? {} : { CUEPOINT_DEV: 'true' };
    expect(problemsOf({ ...mode, [name]: '' })).toContain(`${name} is set and empty`);
  });

  it('[SEC2] names what is no setting: a misspelt one would leave its default in force', () => {
    const misspelt = { CUEPOINT_JWT_SECRT: secret, CUEPOINT_FEED_FILE: '/x', CUEPOINT_DEV: 'true' };
    expect(problemsOf(misspelt).split('\n').slice(1)).toEqual([
      '  CUEPOINT_JWT_SECRT: there is no such setting',
      '  CUEPOINT_FEED_FILE: there is no such setting',
    ]);
    const ofOthers = {
      CUEPOINT_TOKEN: 't',
      CUEPOINT_SERVICE_HOST: '10.0.0.1',
      CUEPOINT_SERVICE_PORT_HTTP: '80',
      CUEPOINT_PORT: 'tcp://10.0.0.1:80',
      CUEPOINT_API_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(problemsOf(ofOthers)).toBe('');
  });

  it('[SEC2] in development mode it listens on loopback only', () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.2', 'tv.example', '127.0.0.2']) {
      expect(problemsOf({ HOST: host })).toContain('HOST');
      expect(problemsOf({ HOST: host, CUEPOINT_JWT_SECRET: secret })).toBe('');
    }
    for (const host of ['localhost', '127.0.0.1', '::1'])
      expect(problemsOf({ HOST: host })).toBe('');
  });

  it('[SEC1] a key set requires an audience and an issuer, and excludes a secret', () => {
    const jwks = { CUEPOINT_JWKS_URL: 'https://a.example/keys' };
    const problems = problemsOf({ ...jwks, CUEPOINT_JWT_SECRET: secret });
    expect(problems).toContain('CUEPOINT_JWT_AUDIENCE');
    expect(problems).toContain('CUEPOINT_JWT_ISSUER');
    expect(problems).toContain('not both');
    const names = { CUEPOINT_JWT_AUDIENCE: 'a', CUEPOINT_JWT_ISSUER: 'i' };
    expect(read({ ...jwks, ...names }).auth).toMatchObject({
      mode: 'jwks',
      audience: 'a',
      issuer: 'i',
    });
  });

  it('[SEC1] a key set comes over https, or from this machine', () => {
    const names = { CUEPOINT_JWT_AUDIENCE: 'a', CUEPOINT_JWT_ISSUER: 'i' };
    for (const url of ['https://a.example/k', 'http://localhost:1/k', 'http://[::1]/k']) {
      expect(problemsOf({ ...names, CUEPOINT_JWKS_URL: url })).toBe('');
    }
  });

  it('a secret that is too short is not called missing', () => {
    const problems = problemsOf({ HOST: '0.0.0.0', CUEPOINT_JWT_SECRET: 'short' });
    expect(problems.split('\n')).toHaveLength(2);
    expect(problems).toContain('at least 32 bytes');
  });

  it('[SEC2] takes any secret that was made at random', () => {
    for (let count = 0; count < 200; count += 1) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const random = randomBytes(encoding === 'hex' ? 16 : 24).toString(encoding);
        expect(problemsOf({ CUEPOINT_JWT_SECRET: random })).toBe('');
      }
    }
  });

  it('[SEC2] has an address for operators, on loopback in development mode', () => {
    const at = (address: string) => ({ CUEPOINT_OPERATOR_ADDRESS: address });
    const { operatorAddress } = read({ ...at('[::1]:9083'), CUEPOINT_JWT_SECRET: secret });
    expect(operatorAddress).toEqual({ host: '::1', port: 9_083 });
    expect(problemsOf(at('127.0.0.1:0'))).toBe('');
    expect(problemsOf(at('0.0.0.0:9083'))).toContain('CUEPOINT_OPERATOR_ADDRESS');
    expect(problemsOf({ ...at('0.0.0.0:9083'), CUEPOINT_JWT_SECRET: secret })).toBe('');
  });

  it('reads secrets from files, once, without the last line feed', () => {
    const readFile = (path: string) => {
      expect(path).toBe('/run/secret');
      return `${secret}\n`;
    };
    const env = { CUEPOINT_JWT_SECRET_FILE: '/run/secret' };
    expect(readConfig({ env, readFile }).auth).toMatchObject({
      mode: 'secret',
      secret: new TextEncoder().encode(secret),
    });
    expect(problemsOf({ ...env, CUEPOINT_JWT_SECRET: secret })).toContain('not both');
    expect(problemsOf(env)).toContain('ENOENT');
  });

  it('names settings once, and gives no secret a flag', () => {
    const names = SETTING_NAMES.map((name) => settingOf(name).env);
    expect(new Set(names).size).toBe(names.length);
    expect(flagOf('databasePoolSize')).toBe('--database-pool-size');
    const secrets = SETTING_NAMES.filter((name) => flagOf(name) === undefined);
    expect(flagOf('dev')).toBe('--dev');
    expect(secrets).toEqual(['databaseUrl', 'databaseDirectUrl', 'natsUrls', 'jwtSecret']);
  });
});
