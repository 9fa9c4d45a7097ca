import { CuepointError, isUuid, normalizeUuid } from '@cuepoint/core';
import { HOOK_SOURCES, type HookSource } from '@cuepoint/hooks';
import {
  createHookStore,
  requireUsableSchema,
  type HookPerson,
  type HookStore,
} from '@cuepoint/store';
import { Command } from 'commander';
import { makeHook } from '../hooks/new-hook.ts';
import { print, type CliContext } from './context.ts';
import { formatTable } from './table.ts';
import { parseUserId } from './user-option.ts';
import { withDatabase } from './with-database.ts';

/** Where media servers tell of the playbacks of a user. [HOK1] */
export function hookCommand(context: CliContext): Command {
  const withHooks = <Result>(work: (hooks: HookStore) => Promise<Result>) =>
    withDatabase(context, async (database) => {
      await requireUsableSchema(database);
      return work(createHookStore(database));
    });

  const add = new Command('add')
    .description('make an address for a media server; it is printed this once')
    .argument('<source>', HOOK_SOURCES.join(', '))
    .requiredOption('--user <uuid>', 'the user whose playbacks they are', parseUserId)
    .option('--accept <name...>', 'names or ids of users of the server; nothing counts without one')
    .option('--label <text>', 'what it is called in lists')
    .option('--url <url>', 'where the service is reached', 'http://localhost:8083')
    .action(async (given: string, flags: AddFlags) => {
      const source = requireSource(given);
      const { user: userId, accept = [], label, url } = flags;
      const acceptedUsers = accept.map((name) => ({ name }));
      const made = await withHooks((hooks) =>
        makeHook(
          hooks,
          { userId, source, label, acceptedUsers },
          { randomUuid: context.randomUuid, publicAddress: url.replace(/\/+$/, '') },
        ),
      );
      print(
        context,
        `added ${made.label} ${made.id}`,
        `  address: ${made.address}`,
        `  or ${made.headerAddress} with the header ${made.header}: ${made.secret}`,
        ...(acceptedUsers.length === 0
          ? ['  nothing counts until a user of the server is accepted']
          : []),
        ...(made.template === null ? [] : ['  the body to paste:', made.template]),
      );
    });

  const list = new Command('list')
    .description('list the hooks of a user, with their last use')
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .action(async ({ user }: { readonly user: string }) => {
      const hooks = await withHooks((store) => store.list(user));
      const rows = hooks.map(({ id, source, label, acceptedUsers, lastUsedAtMs }) => [
        id,
        source,
        label,
        acceptedUsers.map(nameOf).join(', ') || 'nobody yet',
        lastUsedAtMs === undefined ? 'never' : new Date(lastUsedAtMs).toISOString(),
      ]);
      print(context, ...formatTable(['ID', 'SOURCE', 'LABEL', 'ACCEPTS', 'LAST USE'], rows));
    });

  const revoke = new Command('revoke')
    .description('revoke a hook at once')
    .argument('<id>', 'of the list')
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .action(async (id: string, { user }: { readonly user: string }) => {
      const remove = async () => withHooks((hooks) => hooks.remove(user, normalizeUuid(id)));
      if (!isUuid(id) || !(await remove())) {
        throw new CuepointError('not_found', 'The user has no such hook.');
      }
      print(context, `revoked ${id}`);
    });

  return new Command('hook')
    .description('addresses that media servers report playbacks to')
    .addCommand(add)
    .addCommand(list)
    .addCommand(revoke);
}

interface AddFlags {
  readonly user: string;
  readonly accept?: readonly string[];
  readonly label?: string;
  readonly url: string;
}

function requireSource(given: string): HookSource {
  const source = HOOK_SOURCES.find((each) => each === given);
  if (source !== undefined) return source;
  throw new CuepointError('invalid_request', `A source is one of ${HOOK_SOURCES.join(', ')}.`);
}

function nameOf({ name, id }: HookPerson): string {
  return name ?? id ?? '';
}
