import { CuepointError } from '@cuepoint/core';
import { createAccountStore, requireUsableSchema, type AccountStore } from '@cuepoint/store';
import { Command } from 'commander';
import { nameKeyOf, readName } from '../accounts/account-text.ts';
import { createPasswordHasher } from '../accounts/password-hash.ts';
import { print, type CliContext } from './context.ts';
import { askNewPassword } from './read-password.ts';
import { formatTable } from './table.ts';
import { withDatabase } from './with-database.ts';

/** The people of a household. [ACC1] */
export function userCommand(context: CliContext): Command {
  const withAccounts = <Result>(work: (accounts: AccountStore) => Promise<Result>) =>
    withDatabase(context, async (database) => {
      await requireUsableSchema(database);
      return work(createAccountStore(database));
    });

  const add = new Command('add')
    .description('add a person; the password is asked for, or is the first line of the input')
    .argument('<name>', 'what they sign in with')
    .option('--profile <name...>', 'their profiles (default: one of the same name)')
    .action(async (given: string, flags: { readonly profile?: readonly string[] }) => {
      const name = readName(given);
      const names = [
        ...new Set((flags.profile ?? [name]).map((each) => readName(each, 'profile'))),
      ];
      const passwordHash = await createPasswordHasher().hash(await askNewPassword(context));
      const profiles = names.map((each) => ({ userId: context.randomUuid(), name: each }));
      const account = { id: context.randomUuid(), name, nameKey: nameKeyOf(name), passwordHash };
      const isMade = await withAccounts((accounts) => accounts.create({ ...account, profiles }));
      if (!isMade) throw new CuepointError('invalid_request', `There is somebody named ${name}.`);
      print(context, `added ${name}`, ...profiles.map((each) => `  ${each.userId}  ${each.name}`));
    });

  const list = new Command('list')
    .description('list the people, their profiles, and when they were here last')
    .action(async () => {
      const accounts = await withAccounts((store) => store.list());
      const rows = accounts.flatMap(({ name, lastUsedAtMs, profiles }) =>
        profiles.map((profile) => [name, profile.name, profile.userId, dayOf(lastUsedAtMs)]),
      );
      print(context, ...formatTable(['NAME', 'PROFILE', 'USER ID', 'LAST USE'], rows));
    });

  const password = new Command('password')
    .description('set a new password for a person, and sign them out everywhere')
    .argument('<name>', 'what they sign in with')
    .action(async (given: string) => {
      const name = readName(given);
      const hasher = createPasswordHasher();
      await withAccounts(async (accounts) => {
        const account = await accounts.find(nameKeyOf(name));
        if (account === undefined) {
          throw new CuepointError('not_found', `There is nobody named ${name}.`);
        }
        await accounts.setPassword(account.id, await hasher.hash(await askNewPassword(context)));
        print(context, `set a new password for ${account.name}; they are signed out everywhere`);
      });
    });

  return new Command('user')
    .description('the people of a household, where CUEPOINT_ACCOUNTS is on')
    .addCommand(add)
    .addCommand(list)
    .addCommand(password);
}

function dayOf(atMs: number | undefined): string {
  return atMs === undefined ? 'never' : new Date(atMs).toISOString().slice(0, 10);
}
