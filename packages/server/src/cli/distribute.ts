import { distribute, planDistribution, requireUsableSchema } from '@cuepoint/store';
import { Command } from 'commander';
import { confirm } from './confirm.ts';
import { print, type CliContext } from './context.ts';
import { withDatabase } from './with-database.ts';

export function distributeCommand(context: CliContext): Command {
  return new Command('distribute')
    .description('prepare the schema for Citus and distribute it by user')
    .addHelpText(
      'after',
      [
        '',
        'It switches catch-up to a counter row a user, makes the primary keys begin with the user, and spreads',
        'the tables over the nodes, in one transaction that locks them while their rows move. Every client then',
        'fetches the whole state once. Run it again after a node was missing: what is done is left out.',
      ].join('\n'),
    )
    .option('--print', 'print the SQL that would run, and change nothing')
    .option('--yes', 'do not ask')
    .action(async ({ print: isDryRun, yes }: { print?: true; yes?: true }) => {
      if (isDryRun === true) {
        const statements = await withDatabase(context, async (database) => {
          await requireUsableSchema(database);
          return planDistribution(database);
        });
        print(context, ...toScript(statements));
        return;
      }
      if (yes !== true) await confirm(context, 'Distributing cannot be taken back by Cuepoint.');
      const statements = await withDatabase(context, async (database) => {
        await requireUsableSchema(database);
        return distribute(database);
      });
      print(
        context,
        statements.length === 0
          ? 'Nothing to do: the schema is distributed.'
          : `Done, in ${statements.length} statements. Every client fetches the whole state once.`,
      );
    });
}

function toScript(statements: readonly string[]): readonly string[] {
  if (statements.length === 0) return ['-- Nothing to do: the schema is distributed.'];
  return ['begin;', ...statements.map((statement) => `${statement};`), 'commit;'];
}
