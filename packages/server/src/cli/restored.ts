import { renewIncarnation, requireUsableSchema } from '@cuepoint/store';
import { Command } from 'commander';
import { print, type CliContext } from './context.ts';
import { withDatabase } from './with-database.ts';

export function restoredCommand(context: CliContext): Command {
  return new Command('restored')
    .description('tell the database that it was restored from a backup')
    .addHelpText(
      'after',
      [
        '',
        'Run it after a restore, before the service starts. Clients that are ahead of the backup then fetch',
        'the whole state once, instead of trusting a cursor from a future that was lost.',
      ].join('\n'),
    )
    .action(async () => {
      await withDatabase(context, async (database) => {
        await requireUsableSchema(database);
        await renewIncarnation(database);
      });
      print(context, 'Every client will fetch the whole state on its next sync.');
    });
}
