import { once } from 'node:events';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { CuepointError, ERROR_CODES } from '@cuepoint/core';
import type { ListedUser } from '@cuepoint/store';
import type { Backups, RestoreReport } from './backups.ts';
import { splitLines } from './split-lines.ts';

/**
 * The same calls, answered by a service that runs on the data directory.
 *
 * @param absent thrown where nobody answers at the socket: another command may have the directory.
 */
export function askService(socketPath: string, absent: unknown): Backups {
  async function ask(
    options: RequestOptions,
    lines?: AsyncIterable<string>,
  ): Promise<IncomingMessage> {
    const call = request({ ...options, socketPath });
    const answered = once(call, 'response') as Promise<[IncomingMessage]>;
    const sent = lines === undefined ? call.end() : pipeline(Readable.from(withFeeds(lines)), call);
    try {
      // A refusal comes before all was sent, and says more than the broken pipe.
      const [answer] = await Promise.race([answered, Promise.resolve(sent).then(() => answered)]);
      if (answer.statusCode === 200) return answer;
      const { code, message } = JSON.parse(await text(answer)) as Pick<
        CuepointError,
        'code' | 'message'
      >;
      throw new CuepointError(ERROR_CODES.includes(code) ? code : 'internal', message);
    } catch (error) {
      throw NOBODY_THERE.has((error as NodeJS.ErrnoException).code) ? absent : toEnded(error);
    }
  }

  async function* linesOf(path: string): AsyncGenerator<string> {
    try {
      yield* splitLines(await ask({ path }));
    } catch (error) {
      throw toEnded(error);
    }
  }

  return {
    async *listUsers() {
      for await (const line of linesOf('/users')) yield JSON.parse(line) as ListedUser;
    },
    async *write() {
      for await (const line of linesOf('/backup')) yield `${line}\n`;
    },
    async restore(lines) {
      const answer = await ask({ path: '/restore', method: 'POST' }, lines);
      return JSON.parse(await text(answer)) as RestoreReport;
    },
  };
}

const NOBODY_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED']);
const TORN: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE']);

function toEnded(error: unknown): unknown {
  if (!TORN.has((error as NodeJS.ErrnoException).code)) return error;
  return new CuepointError('shutting_down', 'The service ended meanwhile; run the command again.', {
    cause: error,
  });
}

async function* withFeeds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}
