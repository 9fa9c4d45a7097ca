import { openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { CuepointError } from '@cuepoint/core';
import type { FastifyRequest } from 'fastify';

/** What somebody did with the data of somebody else. */
export type AuditedAct = 'looks at a user' | 'acts for a user';

/**
 * Writes down who touched whose data, before it is touched.
 *
 * @throws CuepointError `storage_failed` where it cannot be written: no look without its line.
 */
export type AuditTrail = (
  request: FastifyRequest,
  act: AuditedAct,
  who: { readonly actor: string; readonly userId: string },
) => void;

const OWNER_ONLY = 0o600;

/** @param write of one line; a log level has no say in it. */
export function createAuditTrail(write: (line: string) => void, now: () => number): AuditTrail {
  return (request, act, { actor, userId }) => {
    const { method, id, routeOptions } = request;
    const entry = {
      time: new Date(now()).toISOString(),
      audit: act,
      actor,
      userId,
      method,
      route: routeOptions.url,
      traceId: id,
    };
    try {
      write(`${JSON.stringify(entry)}\n`);
    } catch (error) {
      throw new CuepointError('storage_failed', 'The trail of who looked cannot be written.', {
        cause: error,
      });
    }
  };
}

/**
 * Where lines of the trail go.
 *
 * @param where `stderr`, `stdout`, or the path of a file, which is appended to.
 * @throws CuepointError `configuration_invalid` for a file that cannot be written.
 */
export function openAudit(
  where: string,
  streams: { readonly stdout: Writable; readonly stderr: Writable },
): (line: string) => void {
  if (where === 'stdout' || where === 'stderr') {
    return (line) => void streams[where].write(line);
  }
  try {
    const file = openSync(where, 'a', OWNER_ONLY);
    return (line) => void writeSync(file, line);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unwritable';
    throw new CuepointError(
      'configuration_invalid',
      `CUEPOINT_AUDIT (--audit): the file cannot be written (${reason}).`,
      { cause: error },
    );
  }
}
