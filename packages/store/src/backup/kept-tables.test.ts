import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KEPT_TABLES, LEFT_TABLES, USER_TABLES } from './kept-tables.ts';

const SCHEMA = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8');
const TABLES = [...SCHEMA.matchAll(/^create table (?<name>\w+) \((?<body>[\s\S]*?)^\)/gm)].map(
  ({ groups }) => ({ name: groups?.['name'] ?? '', body: groups?.['body'] ?? '' }),
);

it('each table of the schema is in a backup, or is left out for a reason', () => {
  const known = [
    ...KEPT_TABLES.map(({ name }) => name),
    ...USER_TABLES,
    ...Object.keys(LEFT_TABLES),
  ];
  expect(TABLES.map(({ name }) => name).toSorted()).toEqual(known.toSorted());
});

/** Made of others of their row, and written by nobody. */
const GENERATED: Readonly<Record<string, readonly string[]>> = {
  catalogue_contents: [
    'series_id',
    'season',
    'episode',
    'title_key',
    'imdb_id',
    'tmdb_id',
    'tvdb_id',
  ],
};

it.each(KEPT_TABLES)('a backup keeps every column of $name', ({ name, columns }) => {
  const body = TABLES.find((table) => table.name === name)?.body ?? '';
  const stored = [...body.matchAll(/^ {2}(?<column>[a-z_]+) /gm)]
    .map(({ groups }) => groups?.['column'] ?? '')
    .filter(
      (column) =>
        !(GENERATED[name] ?? []).includes(column) && column !== 'case' && column !== 'left',
    );
  expect(stored.toSorted()).toEqual(columns.toSorted());
});
