import { migrate, migrationStatus } from '@cuepoint/store';
import { Command } from 'commander';
import { parseInteger } from '../config/parse-value.ts';
import { confirm } from './confirm.ts';
import { print, type CliContext } from './context.ts';
import { parseFlag } from './parse-flag.ts';
import { formatTable } from './table.ts';
import { withDatabase } from './with-database.ts';

const create = { create: true };
const parseSteps = parseFlag(parseInteger(1, 1_000));

export function migrateCommand(context: CliContext): Command {
  const onBlocked = (reason: string) => print(context, `Waiting: ${reason}`);
  const command = new Command('migrate').description(
    'bring the database schema up, down, or show it',
  );
  command
    .command('up')
    .description('apply every pending migration; safe while other instances do the same')
    .action(async () => {
      const ran = await withDatabase(
        context,
        (database) => migrate(database, { direction: 'up', onBlocked }),
        create,
      );
      printRan(context, 'applied', ran);
    });
  command
    .command('down')
    .description('take the latest migrations back; this deletes what they hold')
    .option('--steps <number>', 'how many', parseSteps, 1)
    .option('--yes', 'do not ask')
    .action(async ({ steps, yes }: { steps: number; yes?: true }) => {
      if (yes !== true) {
        await confirm(context, `Taking ${steps} migration(s) back deletes the data they hold.`);
      }
      const ran = await withDatabase(
        context,
        (database) => migrate(database, { direction: 'down', steps, onBlocked }),
        create,
      );
      printRan(context, 'took back', ran);
    });
  command
    .command('status')
    .description('list the migrations, applied and pending')
    .action(async () => {
      const migrations = await withDatabase(
        context,
        (database) => migrationStatus(database),
        create,
      );
      const rows = migrations.map(({ version, name, appliedAt, known, compatible }) => [
        String(version),
        name,
        appliedAt?.toISOString() ?? 'pending',
        known ? '' : compatible ? 'newer than this code, compatible' : 'newer than this code',
      ]);
      print(context, ...formatTable(['version', 'name', 'applied', 'note'], rows));
    });
  return command;
}

function printRan(
  context: CliContext,
  verb: string,
  ran: readonly { readonly version: number; readonly name: string }[],
): void {
  if (ran.length === 0) print(context, 'Nothing to do.');
  for (const { version, name } of ran) print(context, `${verb} ${version} ${name}`);
}
