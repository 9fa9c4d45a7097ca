import { Command } from 'commander';
import { confirm } from './confirm.ts';
import { print, type CliContext } from './context.ts';
import { parseUserId } from './user-option.ts';
import { withRepository } from './with-database.ts';

export function deleteUserCommand(context: CliContext): Command {
  return new Command('delete-user')
    .description('erase everything stored of a user, for good')
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .option('--yes', 'do not ask')
    .action(async ({ user, yes }: { user: string; yes?: true }) => {
      if (yes !== true) {
        await confirm(context, `Erasing user ${user} cannot be undone; consider an export first.`);
      }
      const { rows } = await withRepository(context, (repository) =>
        repository.eraseUser(user, context.now()),
      );
      print(context, `erased ${rows} row(s) of user ${user}`);
    });
}
