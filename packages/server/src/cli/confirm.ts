import { createInterface } from 'node:readline/promises';
import { CuepointError } from '@cuepoint/core';
import type { CliContext } from './context.ts';

/**
 * Asks before what cannot be undone. Without a terminal nobody can answer, so it refuses.
 *
 * @throws CuepointError `invalid_request` unless the answer is yes.
 */
export async function confirm({ stdin, stderr }: CliContext, question: string): Promise<void> {
  if (stdin.isTTY !== true) {
    throw new CuepointError(
      'invalid_request',
      `${question} Pass --yes to do it without a terminal.`,
    );
  }
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await terminal.question(`${question} Type yes to go on: `);
    if (answer.trim().toLowerCase() !== 'yes') {
      throw new CuepointError('invalid_request', 'Nothing was done.');
    }
  } finally {
    terminal.close();
  }
}
