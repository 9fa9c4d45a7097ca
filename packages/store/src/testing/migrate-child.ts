import { migrate } from '../migrate.ts';
import { openDatabase } from '../open-database.ts';

/** How many starters one process stands for: a process costs a second of a processor, a pool nothing. */
const STARTERS = 4;

/** Prints how many migrations each starter ran. */
const [url = '', schema = ''] = process.argv.slice(2);
const ran = await Promise.all(
  Array.from({ length: STARTERS }, async () => {
    const database = await openDatabase({ url, schema, poolSize: 1, writers: 1 });
    try {
      return (await migrate(database, { direction: 'up' })).length;
    } finally {
      await database.close();
    }
  }),
);
process.stdout.write(ran.join(' '));
