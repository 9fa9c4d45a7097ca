import type { ListedUser } from '@cuepoint/store';
import { Command } from 'commander';
import { print, type CliContext } from './context.ts';
import { formatTable } from './table.ts';
import { withBackups } from './with-backups.ts';

export function usersCommand(context: CliContext): Command {
  return new Command('users')
    .description('list everybody of whom something is stored; a service may be running')
    .action(async () => {
      const users = await withBackups(context, async (backups) => {
        const listed: ListedUser[] = [];
        for await (const user of backups.listUsers()) listed.push(user);
        return listed;
      });
      const rows = users.map(({ userId, name, devices, lastSeenMs }) => [
        userId,
        name ?? '',
        String(devices),
        lastSeenMs === null ? 'never' : new Date(lastSeenMs).toISOString(),
      ]);
      print(context, ...formatTable(['USER ID', 'PROFILE', 'DEVICES', 'LAST SEEN'], rows));
    });
}
