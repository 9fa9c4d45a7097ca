import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ofCounters, readSql } from './sql-files.ts';

const SQL_DIRECTORY = new URL('../sql/', import.meta.url);
const SOURCE_DIRECTORY = new URL('./', import.meta.url);
const USER_TABLE =
  /\bcuepoint\.(user_\w+|effective_watchlists|in_progress_content|completed_content|online_devices_summary)\b/g;

/** What is of no user's rows: the database, and maintenance through functions of the schema. */
const OF_NO_USER = new Set([
  'delete-aliases',
  'delete-collected',
  'delete-contents',
  'find-blockers',
  'find-busy-processes',
  'find-citus',
  'insert-aliases',
  'insert-content-numbers',
  'list-episodes',
  'lock-name',
  'notify',
  'read-aliases',
  'has-catalogue',
  'read-content-names',
  'read-content-numbers',
  'read-catch-up',
  'read-contents',
  'read-episodes',
  'read-xid',
  'raise-floors',
  'read-database-identity',
  'read-feed-secret',
  'read-database-time',
  'read-durability',
  'read-heap-only-ratio',
  'read-notification-queue-usage',
  'try-task-lock',
  'upsert-contents',
]);

/** Of people and what they are signed in with: reached by keys of their own, and no table of users is among them. */
const OF_ACCOUNTS = 'account-';

/** Of addresses that media servers call: by their secret, their id, or their user. */
const OF_HOOKS = 'hook-';

function isOfOwnTables(name: string): boolean {
  return name.startsWith(OF_ACCOUNTS) || name.startsWith(OF_HOOKS);
}

/** Locks tables and reads no row. */
const LOCKS_ONLY = 'lock-marked-tables';

/** Periodic work that looks for rows of any user, and backups; nothing else runs it. */
const ACROSS_USERS = new Map([
  ['list-users', 'backup/backup-store.ts'],
  ['delete-revoked-devices', 'maintenance.ts'],
  ['delete-old-places', 'old-places.ts'],
  ['find-old-places', 'old-places.ts'],
  ['mark-stale-devices', 'stale-devices.ts'],
  ['find-stale-devices', 'stale-devices.ts'],
]);

const statements = readdirSync(SQL_DIRECTORY)
  .filter((file) => file.endsWith('.sql'))
  .map((file) => file.replace(/\.sql$/, ''))
  .flatMap((name) => (textOf(name).includes('changed_xid') ? [name, ofCounters(name)] : [name]))
  .map((name) => ({ name, text: textOf(name) }));

function textOf(name: string): string {
  return readSql(name, 'cuepoint').replaceAll('"cuepoint".', 'cuepoint.').replaceAll(/--.*$/gm, '');
}

/** Each use of a table that holds users' rows, with the rest of the (sub)statement it stands in. */
function usesOfUserTables(text: string): { readonly table: string; readonly scope: string }[] {
  return [...text.matchAll(USER_TABLE)].map(({ 0: name, index }) => {
    let depth = 0;
    let end = index;
    while (end < text.length && depth >= 0) {
      if (text[end] === '(') depth += 1;
      if (text[end] === ')') depth -= 1;
      end += 1;
    }
    // What a union adds has a predicate of its own.
    const scope = text.slice(index, end).split(/\bunion all\b/)[0] ?? '';
    return { table: name, scope };
  });
}

function reachesThroughUser(scope: string): boolean {
  const alias = /^cuepoint\.\w+(?:\s+as)?\s+(?!where\b|on\b|set\b|cross\b|join\b)(\w+)/.exec(
    scope,
  )?.[1];
  const column = alias === undefined ? 'user_id' : String.raw`${alias}\.user_id`;
  return new RegExp(
    String.raw`(?:where|and|on) ${column} = (?:\$1::uuid|\w+\.user_id|any\(\$1::uuid\[\]\))`,
  ).test(scope);
}

function isInsertOfUsers(text: string, table: string): boolean {
  const columns = new RegExp(String.raw`insert into ${table} as t \(\s*user_id,`).test(text);
  return columns && /on conflict \(user_id\b/.test(text);
}

const ofOneUser = statements.filter(
  ({ name }) =>
    !OF_NO_USER.has(name) && !ACROSS_USERS.has(name) && name !== LOCKS_ONLY && !isOfOwnTables(name),
);

test.each(ofOneUser)(
  '[SQL7] the statement $name reaches every row through its user',
  ({ text }) => {
    const uses = usesOfUserTables(text);
    expect(uses.length, 'a statement that serves a user names a table').toBeGreaterThan(0);
    for (const { table, scope } of uses) {
      const reached = reachesThroughUser(scope) || isInsertOfUsers(text, table);
      expect(reached, `${table} in: ${scope}`).toBe(true);
    }
  },
);

const ofAccounts = statements.filter(({ name }) => isOfOwnTables(name));

test.each(ofAccounts)('[SQL7] $name.sql names no table of users', ({ text }) => {
  expect(usesOfUserTables(text)).toEqual([]);
});

test.each([...OF_NO_USER])('[SQL7] %s.sql is there, and names no table of users', (name) => {
  const statement = statements.find((candidate) => candidate.name === name);
  expect(statement).toBeDefined();
  expect(usesOfUserTables(statement?.text ?? '')).toEqual([]);
});

test.each([...ACROSS_USERS])('[SQL7] %s.sql is run by that alone', (name, runner) => {
  const sources = readdirSync(SOURCE_DIRECTORY, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const naming = sources.filter((file) =>
    readFileSync(new URL(file, SOURCE_DIRECTORY), 'utf8').includes(`'${name}'`),
  );
  expect(naming).toEqual([runner]);
});

test('[SQL7] the check sees a statement that forgets the user', () => {
  const [forgotten] = usesOfUserTables(
    'select 1 from cuepoint.user_devices d where d.device_id = $2::varchar',
  );
  expect(reachesThroughUser(forgotten?.scope ?? '')).toBe(false);
  const [kept] = usesOfUserTables(
    'select 1 from cuepoint.user_devices d where d.user_id = $1::uuid',
  );
  expect(reachesThroughUser(kept?.scope ?? '')).toBe(true);
});
