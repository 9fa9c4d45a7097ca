import { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { CuepointError } from '@cuepoint/core';
import { readPassword } from '../accounts/account-text.ts';
import { ask, type CliContext } from './context.ts';

/**
 * A new password: typed twice and unseen on a terminal, else the first line of the standard input. It is no flag:
 * arguments are visible to every process of the machine.
 *
 * @throws CuepointError `invalid_request`
 */
export async function askNewPassword(context: CliContext): Promise<string> {
  const isTerminal = context.stdin.isTTY === true;
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: context.stdin, output: unseen, terminal: isTerminal });
  const lines = terminal[Symbol.asyncIterator]();
  const read = async (question: string): Promise<string> => {
    if (isTerminal) ask(context, question);
    const { value } = await lines.next();
    if (isTerminal) ask(context, '\n');
    return typeof value === 'string' ? value : '';
  };
  try {
    const password = readPassword(await read('Password: '));
    if (isTerminal && readPassword(await read('Again: ')) !== password) {
      throw new CuepointError('invalid_request', 'The two are not the same; nothing was done.');
    }
    return password;
  } finally {
    terminal.close();
  }
}
