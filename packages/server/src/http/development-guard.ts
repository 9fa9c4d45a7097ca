import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/**
 * Keeps web pages of elsewhere away from a service that hands out tokens. [SEC2]
 *
 * A foreign Host is DNS rebinding: a page's own name that points at loopback. A foreign Origin is a page
 * that calls across. Origins of the configuration are allowed.
 */
export function guardDevelopmentMode(app: FastifyInstance, corsOrigins: readonly string[]): void {
  app.addHook('onRequest', async (request) => requireLocalCaller(request, corsOrigins));
}

/** @throws CuepointError `origin_refused` */
export function requireLocalCaller(
  { headers: { host, origin } }: { readonly headers: IncomingHttpHeaders },
  corsOrigins: readonly string[],
): void {
  if (host === undefined || !LOCAL_HOST.test(host)) {
    throw new CuepointError(
      'origin_refused',
      'In development mode the host is localhost, 127.0.0.1 or [::1].',
      { field: 'Host' },
    );
  }
  if (origin !== undefined && origin !== `http://${host}` && !corsOrigins.includes(origin)) {
    throw new CuepointError(
      'origin_refused',
      'In development mode a page of another origin is refused unless it is configured.',
      { field: 'Origin' },
    );
  }
}
