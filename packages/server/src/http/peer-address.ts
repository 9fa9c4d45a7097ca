import proxyAddress from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Whom a connection counts for. [SEC3] */
export interface PeerAddresses {
  /** `undefined` for a trusted proxy: whom it speaks for is known with each request. */
  ofPeer(this: void, socket: Pick<Socket, 'remoteAddress'>): string | undefined;
  ofRequest(this: void, request: IncomingMessage): string;
}

/**
 * The address that a request came from: the peer's own, or what a trusted proxy says of whom it speaks for. Nothing that is
 * said in a header is believed of anybody else. An IPv6 network of 64 bits is one address: that is what one home is given.
 *
 * @param trusted addresses and networks of proxies.
 */
export function createPeerAddresses(trusted: readonly string[]): PeerAddresses {
  const trust = proxyAddress.compile([...trusted]);
  return {
    ofPeer({ remoteAddress = 'unknown' }) {
      if (ipaddr.isValid(remoteAddress) && trust(remoteAddress, 0)) return undefined;
      return networkOf(remoteAddress) ?? remoteAddress;
    },
    ofRequest(request) {
      const peer = request.socket.remoteAddress ?? 'unknown';
      return networkOf(proxyAddress(request, trust)) ?? networkOf(peer) ?? peer;
    },
  };
}

function networkOf(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}

/** Addresses and networks of proxies, separated by commas. */
export function parseProxies(text: string): readonly string[] {
  const proxies = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (!proxies.every((part) => ipaddr.isValid(part) || ipaddr.isValidCIDR(part))) {
    throw new Error(
      'expected addresses or networks such as 127.0.0.1 or 10.0.0.0/8, separated by commas',
    );
  }
  return proxies;
}
