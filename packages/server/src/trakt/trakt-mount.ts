import type { IncomingMessage } from 'node:http';
import { plainTraktPath } from '@cuepoint/trakt';

/** Where Trakt's API is. It holds no `api/`: a client takes that out of its address to build another one. [TRK1] */
export const TRAKT_PREFIX = '/compat/trakt';

const UNDER_PREFIX = /^\/+compat\/+trakt(?=[/?]|$)/;

/** Where clients of Trakt's API come in. */
export interface TraktMount {
  /** Under {@link TRAKT_PREFIX} of the service's own address. */
  readonly isMounted: boolean;
  /** Connections that came in at a port of its own, where it is at `/`. */
  readonly connections?: Pick<WeakSet<object>, 'has'>;
  /** Where a browser may be sent with a code, besides its own machine. */
  readonly redirectUris?: readonly string[];
}

/** Which of all paths the routes have for a request; those of others stay as they are. */
export function traktUrl(
  mount: TraktMount | undefined,
  { url = '/', socket }: Pick<IncomingMessage, 'url' | 'socket'>,
): string {
  if (mount === undefined) return url;
  if (mount.connections?.has(socket) === true) return plainTraktPath(`${TRAKT_PREFIX}/${url}`);
  return UNDER_PREFIX.test(url) ? plainTraktPath(url) : url;
}

/** Whether a request that the router refused was for this API. */
export function isTraktUrl(
  mount: TraktMount | undefined,
  { url = '', socket }: Pick<IncomingMessage, 'url' | 'socket'>,
): boolean {
  if (mount === undefined) return false;
  return mount.connections?.has(socket) === true || (mount.isMounted && UNDER_PREFIX.test(url));
}

/** Whether a request that reached its routes may: with a port of its own alone, nothing is under the prefix. */
export function isAtMount(
  { isMounted, connections }: TraktMount,
  { url = '', socket }: Pick<IncomingMessage, 'url' | 'socket'>,
): boolean {
  // Where the page of this address sends a browser back by.
  const isFromPage = url.startsWith(`${TRAKT_PREFIX}/oauth/finish?`);
  return isMounted || isFromPage || connections?.has(socket) === true;
}
