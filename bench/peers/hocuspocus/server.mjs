// Hocuspocus as its documentation sets it up: the database extension, one row a document, and what it stores
// by default (2 s after the last change of a document, 10 s after the first at the latest) or, with DEBOUNCE_MS=0,
// at each change. Plain JavaScript: its packages are installed on demand, and nothing of this repository is checked against them.
import process from 'node:process';
import { Database } from '@hocuspocus/extension-database';
import { Server } from '@hocuspocus/server';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 });
const table = process.env.DOCUMENTS_TABLE;
const debounce = process.env.DEBOUNCE_MS;

const server = new Server({
  address: '127.0.0.1',
  port: Number(process.env.PORT),
  quiet: true,
  ...(debounce === undefined ? {} : { debounce: Number(debounce) }),
  extensions: [
    new Database({
      async fetch({ documentName }) {
        const { rows } = await pool.query({
          name: 'fetch',
          text: `select data from ${table} where name = $1`,
          values: [documentName],
        });
        return rows[0]?.data ?? null;
      },
      async store({ documentName, state }) {
        await pool.query({
          name: 'store',
          text: `insert into ${table} (name, data) values ($1, $2)
                 on conflict (name) do update set data = excluded.data`,
          values: [documentName, state],
        });
      },
    }),
  ],
});

await server.listen();
console.log('listening');
