import { readFileSync } from 'node:fs';

/** Where the SQL lies, from `src` and from `dist` alike. */
const SQL_DIRECTORY = new URL('../sql/', import.meta.url);

/**
 * One statement a file, valid as it stands in a schema named `cuepoint`.
 *
 * @returns the text with the configured schema's quoted name in its place.
 */
export function readSql(name: string, schema: string): string {
  return bindSchema(readFileSync(new URL(`${name}.sql`, SQL_DIRECTORY), 'utf8'), schema);
}

/** The schema's name is the only thing that is ever interpolated into SQL. */
export function bindSchema(sql: string, schema: string): string {
  return sql.replaceAll(/\bcuepoint\./g, `${quoteIdentifier(schema)}.`);
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
