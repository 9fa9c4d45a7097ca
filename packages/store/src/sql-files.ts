import { readFileSync } from 'node:fs';

/** Where the SQL lies, from `src` and from `dist` alike. */
const SQL_DIRECTORY = new URL('../sql/', import.meta.url);

const NAME = /^(?<file>[a-z-]+)(?:@(?<rows>\d+))?(?<counter>\.counter)?$/;

/**
 * One statement a file, valid in a schema named `cuepoint` that catches up by xid; what several share lies in
 * `sql/fragments`.
 *
 * @param name of the file; then `@n` for a list of n values, then `.counter` for a database that catches up
 * by counters.
 * @returns the text with the configured schema's quoted name in its place.
 */
export function readSql(name: string, schema: string): string {
  const { file, counter, rows } = NAME.exec(name)?.groups ?? {};
  if (file === undefined) throw new Error(`no statement is named ${name}`);
  let text = readText(`${file}.sql`);
  if (rows !== undefined) text = repeatRow(text, Number(rows));
  if (counter !== undefined) text = markByVersion(text);
  return bindSchema(text, schema);
}

/** A file's text with what it includes: `include PATH` on a line of its own, the path from `sql/`. */
function readText(path: string): string {
  return readFileSync(new URL(path, SQL_DIRECTORY), 'utf8').replaceAll(
    /^ *include (\S+)\n/gm,
    (_line, included: string) => readText(included),
  );
}

/** The statement as it is where devices catch up by counters. */
export function ofCounters(name: string): string {
  return `${name}.counter`;
}

/** The schema's name is the only thing from outside that is ever written into SQL. */
export function bindSchema(sql: string, schema: string): string {
  return sql.replaceAll(/\bcuepoint\./g, `${quoteIdentifier(schema)}.`);
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The mark of a changed row is the version of its user, which the transaction has raised before. [CUR1] */
function markByVersion(sql: string): string {
  return sql
    .replaceAll(
      /\bpg_current_xact_id\(\) \/\* of (\S+) \*\//g,
      '(select v.version from cuepoint.user_versions v where v.user_id = $1)',
    )
    .replaceAll(/\bchanged_xid\b/g, 'changed_version')
    .replaceAll('::xid8', '::bigint');
}

/** What stands between `values` and `on conflict` is one row; its parameters are numbered on for the next. */
function repeatRow(sql: string, rows: number): string {
  const row = /(?<=^values\n)[\s\S]+?(?=\non conflict)/m.exec(sql)?.[0];
  if (row === undefined) throw new Error('the statement has no list of values');
  const width = Math.max(...[...row.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  const list = Array.from({ length: rows }, (_, index) =>
    row.replaceAll(/\$(\d+)/g, (_match, number) => `$${Number(number) + index * width}`),
  );
  // As a function: the text holds dollar signs.
  return sql.replace(row, () => list.join(',\n'));
}
