import { migrate } from '../migrate.ts';
import { openDatabase } from '../open-database.ts';
import { PostgresSyncRepository } from '../postgres-sync-repository.ts';
import { abortTransactions } from './abort-transactions.ts';

/** A process that takes transaction ids and gives them up, prints the cursor of a pull, and is killed. */
const [dataDir = '', userId = ''] = process.argv.slice(2);
const database = await openDatabase({ dataDir });
await migrate(database, { direction: 'up' });
await abortTransactions(database);
const { cursor } = await new PostgresSyncRepository(database).readChanges(userId, { limit: 1 });
process.stdout.write(`${cursor}\n`, () => process.kill(process.pid, 'SIGKILL'));
