import { writeFile } from 'node:fs/promises';
import { migrate } from '../packages/store/src/migrate.ts';
import { openDatabase } from '../packages/store/src/open-database.ts';
import { describeSchema } from '../packages/store/src/testing/describe-schema.ts';
import { createPostgresServer } from '../test/support/postgres-server.ts';

/** Writes packages/store/schema.sql from what the migrations make on a fresh PostgreSQL. */
const SCHEMA_FILE = new URL('../packages/store/schema.sql', import.meta.url);

const server = await createPostgresServer();
try {
  await server.start();
  const database = await openDatabase({ url: server.url(), schema: 'cuepoint' });
  try {
    await migrate(database, { direction: 'up' });
    await writeFile(SCHEMA_FILE, await describeSchema(database));
    console.log(`wrote ${SCHEMA_FILE.pathname}`);
  } finally {
    await database.close();
  }
} finally {
  await server.destroy();
}
