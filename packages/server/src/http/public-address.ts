import type { FastifyRequest } from 'fastify';
import type { PeerAddresses } from './peer-address.ts';
import { isHost } from '../console/page-headers.ts';

/**
 * Where people open the service, without a slash at its end: as it is configured, else as the request came, by the word of a
 * trusted proxy over TLS.
 */
export function publicAddressOf(
  { raw, headers: { host, 'x-forwarded-proto': proto } }: Pick<FastifyRequest, 'raw' | 'headers'>,
  {
    publicUrl,
    addresses,
  }: { readonly publicUrl: string | undefined; readonly addresses: PeerAddresses },
): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
  const isTrusted = addresses.ofPeer(raw.socket) === undefined;
  const scheme = isTrusted && proto === 'https' ? 'https' : 'http';
  return `${scheme}://${isHost(host) ? host : 'localhost'}`;
}
