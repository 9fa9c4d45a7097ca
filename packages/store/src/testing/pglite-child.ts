import { migrate } from '../migrate.ts';
import { openDatabase } from '../open-database.ts';
import { PostgresSyncRepository } from '../postgres-sync-repository.ts';
import { setOp } from './ops.ts';

/**
 * A process that opens a data directory and writes until it is killed. It prints `ready` and then the
 * number of each write after its ack; or the error that kept it from opening.
 */
const [dataDir = '', userId = ''] = process.argv.slice(2);
try {
  const database = await openDatabase({ dataDir });
  await migrate(database, { direction: 'up' });
  const repository = new PostgresSyncRepository(database);
  process.stdout.write('ready\n');
  const writesMax = userId === '' ? 0 : Number.MAX_SAFE_INTEGER;
  for (let index = 0; index < writesMax; index += 1) {
    await repository.saveProgress(userId, setOp({ contentId: `film-${index}` }));
    process.stdout.write(`${index}\n`);
  }
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}: ${(error as Error).message}\n`);
}
