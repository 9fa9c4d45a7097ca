import { CuepointError } from '@cuepoint/core';
import type { Account, Browser } from '@cuepoint/store';
import { nameKeyOf, passwordOf, readName, readPassword } from './account-text.ts';
import type { Accounts } from './accounts.ts';
import { judged } from './attempts.ts';
import { hashOf, isSame } from './secrets.ts';

/** From where somebody signs in. */
export interface SignInFrom {
  /** As it is limited by. */
  readonly address: string;
  /** What the browser is listed as. */
  readonly label: string;
}

export interface NameAndPassword {
  readonly name: string;
  readonly password: string;
}

/**
 * Signs a browser in.
 *
 * After five wrong passwords each try waits, by the name and by the address; nobody learns which names there are. [ACC2]
 *
 * @returns the secret of its cookie.
 * @throws CuepointError `unauthenticated`, `rate_limited`, `overloaded`
 */
export async function signIn(
  accounts: Accounts,
  { name, password }: NameAndPassword,
  from: SignInFrom,
): Promise<string> {
  const nameKey = nameKeyOf(name.trim());
  const account = await judgedPassword(accounts, nameKey, from.address, async () => {
    const found = await accounts.people.find(nameKey);
    const isRight = await accounts.hasher.verify(found?.passwordHash, passwordOf(password));
    return isRight ? found : undefined;
  });
  return addBrowser(accounts, account, from);
}

/**
 * Makes the first person, by the code that the service prints, and signs them in. [ACC1]
 *
 * @throws CuepointError `forbidden` for a code that does not open, `invalid_request`
 */
export async function setUp(
  accounts: Accounts,
  { code, name, password }: NameAndPassword & { readonly code: string },
  from: SignInFrom,
): Promise<string> {
  const open = await accounts.readSetUp();
  if (open === undefined || !isSame(code, open.code)) throw usedUp();
  const account = await newAccount(accounts, { name, password });
  if (!(await accounts.people.create(account, open.nonce))) throw usedUp();
  return addBrowser(accounts, account, from);
}

/**
 * Sets another password, and signs everything else of the person out.
 *
 * @throws CuepointError `unauthenticated` where the present one is wrong, `invalid_request`, `rate_limited`
 */
export async function changePassword(
  accounts: Accounts,
  browser: Browser,
  { password, newPassword }: { readonly password: string; readonly newPassword: string },
  address: string,
): Promise<void> {
  const next = readPassword(newPassword);
  await judgedPassword(accounts, browser.nameKey, address, async () => {
    const found = await accounts.people.find(browser.nameKey);
    return accounts.hasher.verify(found?.passwordHash, passwordOf(password));
  });
  const hash = await accounts.hasher.hash(next);
  await accounts.people.setPassword(browser.accountId, hash, browser.id);
}

/**
 * Adds another person, with one profile of their name. [ACC1]
 *
 * @throws CuepointError `forbidden` unless the browser is of the first person, `invalid_request`
 */
export async function addPerson(
  accounts: Accounts,
  { accountId }: Browser,
  given: NameAndPassword,
): Promise<void> {
  if (!(await accounts.people.isFirst(accountId))) {
    throw new CuepointError('forbidden', 'The first person of a household adds the others.');
  }
  const account = await newAccount(accounts, given);
  if (await accounts.people.create(account)) return;
  throw new CuepointError('invalid_request', 'There is somebody of this name.', { field: 'name' });
}

async function newAccount(accounts: Accounts, given: NameAndPassword) {
  const name = readName(given.name);
  const passwordHash = await accounts.hasher.hash(readPassword(given.password));
  return {
    id: accounts.randomUuid(),
    name,
    nameKey: nameKeyOf(name),
    passwordHash,
    profiles: [{ userId: accounts.randomUuid(), name }],
  };
}

async function addBrowser(
  { signIns, secrets, randomUuid }: Accounts,
  { id: accountId }: Pick<Account, 'id'>,
  { label }: SignInFrom,
): Promise<string> {
  const cookie = secrets.newToken();
  await signIns.addBrowser({ id: randomUuid(), accountId, label, cookieHash: hashOf(cookie) });
  return cookie;
}

/** Nothing of it says which of the two was wrong. */
function judgedPassword<Right>(
  { attempts }: Accounts,
  nameKey: string,
  address: string,
  check: () => Promise<Right | false | undefined>,
): Promise<Right> {
  const keys = { own: `password of ${nameKey}`, shared: `password from ${address}` };
  return judged(attempts, keys, check, () => {
    throw new CuepointError('unauthenticated', 'The name or the password is wrong.');
  });
}

function usedUp(): CuepointError {
  return new CuepointError(
    'forbidden',
    'The link does not open: it opens once, while there is nobody. The service prints it when it starts.',
    { field: 'code' },
  );
}
