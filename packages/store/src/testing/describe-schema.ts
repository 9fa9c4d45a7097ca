import type { Database } from '../database.ts';

const HEADER =
  '-- What the migrations make, read from the catalogs. Written by `npm run schema:dump`.\n';

/** Each part is one statement over the catalogs; `$1` is the schema. Text in a fixed order. */
const PARTS: readonly string[] = [
  `select format(
     'create table %s (%s)%s;',
     c.relname,
     (
       select string_agg(
         format(
           E'\\n  %s %s%s%s%s',
           a.attname,
           format_type(a.atttypid, a.atttypmod),
           case when a.attcollation <> t.typcollation
             then ' collate ' || quote_ident(l.collname) else '' end,
           case when a.attnotnull then ' not null' else '' end,
           coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
         ),
         ',' order by a.attnum
       ) || E'\\n'
       from pg_attribute a
       join pg_type t on t.oid = a.atttypid
       left join pg_collation l on l.oid = a.attcollation
       left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     ),
     coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')
   ) as text
   from pg_class c
   where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind = 'r'
   order by c.relname collate "C"`,
  // Not-null constraints stand with their columns; PostgreSQL 18 lists them here too.
  `select format(
     'alter table %s add constraint %s %s;', c.relname, k.conname, pg_get_constraintdef(k.oid)
   ) as text
   from pg_constraint k
   join pg_class c on c.oid = k.conrelid
   where k.connamespace = to_regnamespace(quote_ident($1)) and k.contype <> 'n'
   order by c.relname collate "C", k.conname collate "C"`,
  `select pg_get_indexdef(i.indexrelid) || ';' as text
   from pg_index i
   join pg_class c on c.oid = i.indexrelid
   where c.relnamespace = to_regnamespace(quote_ident($1))
   order by c.relname collate "C"`,
  `select format(E'create view %s as\\n%s', c.relname, pg_get_viewdef(c.oid)) as text
   from pg_class c
   where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind = 'v'
   order by c.relname collate "C"`,
  `select rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' as text
   from pg_proc p
   where p.pronamespace = to_regnamespace(quote_ident($1))
   order by p.proname collate "C", pg_get_function_identity_arguments(p.oid) collate "C"`,
];

/**
 * A canonical text of the schema: tables, constraints, indexes, views, functions.
 *
 * The text is for comparing, not for restoring: the schema's name reads `cuepoint` whatever it is.
 */
export async function describeSchema(database: Database): Promise<string> {
  const blocks: string[] = [];
  for (const part of PARTS) {
    const { rows } = await database.execute<{ text: string }>(part, [database.schema]);
    blocks.push(...rows.map(({ text }) => text));
  }
  return `${HEADER}\n${withoutSchemaName(blocks.join('\n\n'), database.schema)}\n`;
}

function withoutSchemaName(text: string, schema: string): string {
  const quoted = `"${schema.replaceAll('"', '""')}".`;
  return text.replaceAll(quoted, 'cuepoint.');
}
