import { Command } from 'commander';
import { readImports } from '../imports/import-log.ts';
import { readStoredPerson } from '../imports/stored-person.ts';
import { undoImport } from '../imports/undo-import.ts';
import { print, type CliContext } from './context.ts';
import { formatTable } from './table.ts';
import { parseUserId } from './user-option.ts';
import { withPersistence, withRepository } from './with-database.ts';

export function importsCommand(context: CliContext): Command {
  const imports = new Command('imports').description('what was imported from other programs');
  imports
    .command('list', { isDefault: true })
    .description('the imports of a user, the newest first')
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .action(async ({ user }: { user: string }) => {
      const found = await withRepository(context, async (repository) =>
        readImports(await readStoredPerson(repository, user)),
      );
      const rows = found.map(({ importId, at, file, state, ops }) => [
        importId,
        at,
        state,
        String(ops),
        file,
      ]);
      print(context, ...formatTable(['import', 'at', 'state', 'changes', 'file'], rows));
    });
  imports
    .command('undo')
    .description('take an import back: what it added goes, what it changed is as it was before')
    .argument('<import>', 'its id')
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .action(async (importId: string, { user }: { user: string }) => {
      const { applied, unchanged } = await withPersistence(context, (persistence) =>
        undoImport(
          { persistence, now: context.now, randomUuid: context.randomUuid },
          user,
          importId,
        ),
      );
      print(
        context,
        `import ${importId} was taken back: ${applied} change(s), ${unchanged} kept for what was said since`,
      );
    });
  return imports;
}
