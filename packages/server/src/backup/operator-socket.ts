import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CuepointError, isCuepointError } from '@cuepoint/core';
import type { FastifyBaseLogger } from 'fastify';
import { inPieces } from '../export/in-pieces.ts';
import type { Backups } from './backups.ts';
import { splitLines } from './split-lines.ts';

/** Name of the socket inside the data directory. */
export const SOCKET_FILE = 'operator.sock';
/** What the address of a UNIX socket holds everywhere, in bytes. */
const SOCKET_PATH_MAX = 103;
const OWNER_ONLY = 0o600;

export interface OperatorSocket {
  /** Ends what is in flight. */
  close(): Promise<void>;
}

/** @returns `undefined` where there can be none: on Windows, and where the path is too long. */
export function socketPathOf(dataDir: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const whole = path.resolve(dataDir, SOCKET_FILE);
  const near = path.relative(process.cwd(), whole);
  const shorter = near.length < whole.length ? near : whole;
  return Buffer.byteLength(shorter) <= SOCKET_PATH_MAX ? shorter : undefined;
}

/**
 * Answers the command line of this machine while the service holds the embedded database, which has one process.
 *
 * Whoever may open the socket may read the database beside it: it is in a directory of the service's own user, and
 * open for that user alone. No network reaches it. Whoever holds the lock of the directory calls this, so a socket that
 * is there already is of a process that has ended.
 */
export async function openOperatorSocket(
  dataDir: string,
  backups: Backups,
  logger: Pick<FastifyBaseLogger, 'info' | 'warn'>,
): Promise<OperatorSocket | undefined> {
  const socketPath = socketPathOf(dataDir);
  if (socketPath === undefined) {
    logger.warn('no operator socket here: cuepoint backup needs the service to be stopped');
    return undefined;
  }
  const server = createServer((request, response) => {
    logger.info({ operator: request.url }, 'an operator asks');
    answer(backups, request, response).catch((error: unknown) => fail(error, response));
  });
  // A restore takes as long as it takes.
  server.requestTimeout = 0;
  try {
    await rm(socketPath, { force: true });
    server.listen(socketPath);
    await once(server, 'listening');
    await chmod(socketPath, OWNER_ONLY);
  } catch (err) {
    // A file system without sockets: the service is worth more than its backups by command.
    server.close();
    logger.warn({ err }, 'no operator socket: cuepoint backup needs the service to be stopped');
    return undefined;
  }
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  backups: Backups,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /users':
      return sendLines(response, jsonLines(backups.listUsers()));
    case 'GET /backup':
      return sendLines(response, backups.write());
    case 'POST /restore': {
      const report = await backups.restore(splitLines(request));
      response.end(JSON.stringify(report));
      return;
    }
    default:
      throw new CuepointError('not_found', 'There is no such call.');
  }
}

async function sendLines(response: ServerResponse, lines: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(inPieces(lines)), response);
}

async function* jsonLines(values: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** What was begun is torn: a backup without its last line says so itself. */
function fail(error: unknown, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { code, message } = isCuepointError(error)
    ? error
    : new CuepointError('internal', 'The service failed.');
  response.writeHead(500, { connection: 'close' }).end(JSON.stringify({ code, message }));
}
