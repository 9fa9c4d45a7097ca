import { CuepointError } from '@cuepoint/core';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Refuses what a page of another origin sends along with a person's cookie. [ACC2]
 *
 * The port counts: other services on the same host share its cookies.
 *
 * @param publicUrl where people open the service; without it, the Host of the request says so.
 * @returns the origin of the page. @throws CuepointError `origin_refused`
 */
export function requireOwnOrigin(
  { origin, host }: Pick<IncomingHttpHeaders, 'origin' | 'host'>,
  publicUrl: string | undefined,
): string {
  const isOwn =
    origin !== undefined &&
    (origin === (publicUrl && new URL(publicUrl).origin) || hostOf(origin) === host);
  if (isOwn) return origin;
  throw new CuepointError(
    'origin_refused',
    'This is for pages of the service itself. Behind a proxy that gives it another Host, set CUEPOINT_PUBLIC_URL.',
    { field: 'Origin' },
  );
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
