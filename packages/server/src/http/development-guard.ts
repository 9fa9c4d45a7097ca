import { BlockList, isIPv6 } from 'node:net';
import { CuepointError } from '@cuepoint/core';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** What proxies, balancers and delivery networks add to a request that they pass on. */
const FORWARDING_HEADER =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-real-(?:ip|port)|x-proxy-.*|x-original-.*|x-client-ip|true-client-ip|x-cluster-client-ip|x-remote-.*|x-envoy-.*|x-amzn?-.*|x-appengine-.*|x-azure-.*|cf-.*|cdn-loop|fastly-.*|fly-.*|proxy-connection)$/;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** A request as it came, or an upgrade. */
export type RawRequest = Pick<
  IncomingMessage,
  'headers' | 'rawHeaders' | 'url' | 'httpVersion' | 'socket'
>;

/**
 * Keeps everybody who is not on this machine away from a service that hands out tokens. [SEC2]
 *
 * A foreign Host is DNS rebinding: a page's own name that points at loopback. A foreign Origin is a page
 * that calls across; origins of the configuration are allowed. Whatever came through a proxy that can be told
 * as one is refused: it stands for people elsewhere.
 */
export function guardDevelopmentMode(app: FastifyInstance, corsOrigins: readonly string[]): void {
  app.addHook('onRequest', async ({ raw }) => requireLocalCaller(raw, corsOrigins));
}

/** @throws CuepointError `origin_refused` */
export function requireLocalCaller(request: RawRequest, corsOrigins: readonly string[]): void {
  requireNoProxy(request);
  const { host, origin } = request.headers;
  if (host === undefined || !LOCAL_HOST.test(host)) {
    refuse('Host', 'the host is localhost, 127.0.0.1 or [::1]');
  }
  if (origin !== undefined && origin !== `http://${host}` && !corsOrigins.includes(origin)) {
    refuse('Origin', 'a page of another origin is refused unless it is configured');
  }
}

function requireNoProxy({ rawHeaders, headers, url, httpVersion, socket }: RawRequest): void {
  const { remoteAddress, localAddress } = socket;
  // A UNIX socket has neither: what listens there stands behind a proxy.
  const isNear =
    isLoopback(remoteAddress) && (localAddress === undefined || isLoopback(localAddress));
  if (!isNear) refuse('address', 'both ends of a connection are loopback addresses');
  // No client of today speaks it; a proxy that is told nothing does.
  if (httpVersion === '1.0') refuse('version', 'a request is HTTP/1.1: proxies speak 1.0');
  if (url?.startsWith('/') !== true) refuse('target', 'a request target is a path');
  const forwarding = Object.keys(headers).find((name) => FORWARDING_HEADER.test(name));
  if (forwarding !== undefined) refuse(forwarding, 'nothing is taken from a proxy');
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) refuse('Host', 'a request has one Host');
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return LOOPBACK.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

function refuse(field: string, rule: string): never {
  throw new CuepointError('origin_refused', `In development mode ${rule}.`, { field });
}
