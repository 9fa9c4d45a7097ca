import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

/** A database of its own with an extension named citus, which does nothing but keep book. */
export interface FakeCitus extends AsyncDisposable {
  readonly url: string;
  /** What it was called with, in order, as `function(table, …)`. */
  calls(): Promise<readonly string[]>;
}

const CONTROL = `
comment = 'keeps book of what it is asked for'
default_version = '1.0'
relocatable = true
`;

/** As Citus does it, it takes no table whose keys lack the distribution column. */
const SCRIPT = `
create table pg_dist_partition (logicalrelid regclass primary key);
create table citus_calls (id serial primary key, call text not null);

create function create_distributed_table(
  table_name regclass, distribution_column text, distribution_type text default 'hash',
  colocate_with text default 'default'
)
returns void language plpgsql as $$
begin
  if exists (
    select from pg_index i
    where i.indrelid = table_name and i.indisunique
      and not (
        select a.attnum from pg_attribute a
        where a.attrelid = table_name and a.attname = distribution_column
      ) = any (i.indkey)
  ) then
    raise 'a key of % lacks the distribution column', table_name;
  end if;
  insert into citus_calls (call) select format(
    'create_distributed_table(%s, %s, %s)', c.relname, distribution_column,
    coalesce((select o.relname::text from pg_class o where o.oid = to_regclass(nullif(colocate_with, 'none'))), colocate_with)
  ) from pg_class c where c.oid = table_name;
  insert into pg_dist_partition values (table_name);
end;
$$;

create function create_reference_table(table_name regclass)
returns void language plpgsql as $$
begin
  insert into citus_calls (call)
  select format('create_reference_table(%s)', relname) from pg_class where oid = table_name;
  insert into pg_dist_partition values (table_name);
end;
$$;

create function create_distributed_function(function_name regprocedure)
returns void language sql as $$
  insert into citus_calls (call)
  select format('create_distributed_function(%s)', proname) from pg_proc where oid = function_name;
$$;

create function truncate_local_data_after_distributing_table(function_name regclass)
returns void language sql as $$
  insert into citus_calls (call)
  select format('truncate_local_data_after_distributing_table(%s)', relname)
  from pg_class where oid = function_name;
$$;
`;

/** @param url of a PostgreSQL 18: older ones look for extensions in their own directory only. */
export async function createFakeCitus(url: string): Promise<FakeCitus> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-citus-'));
  const folder = path.join(home, 'extension');
  await mkdir(folder);
  await writeFile(path.join(folder, 'citus.control'), CONTROL);
  await writeFile(path.join(folder, 'citus--1.0.sql'), SCRIPT);
  // The server runs under another account.
  await chmod(home, 0o755);
  const name = `citus_${randomUUID().replaceAll('-', '')}`;
  await query(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  await query(own.href, `set extension_control_path = '$system:${home}'`, 'create extension citus');
  return {
    url: own.href,
    async calls() {
      const rows = await query<{ call: string }>(
        own.href,
        'select call from citus_calls order by id',
      );
      return rows.map(({ call }) => call);
    },
    async [Symbol.asyncDispose]() {
      await query(url, `drop database ${name} with (force)`);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** @returns the rows of the last statement. */
async function query<Row extends object>(
  connectionString: string,
  ...statements: readonly string[]
): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
