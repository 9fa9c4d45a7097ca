import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createPeerAddresses, parseProxies } from './peer-address.ts';

const requestOf = (remoteAddress: string, forwardedFor?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  }) as unknown as IncomingMessage;

describe('whom a connection counts for', () => {
  it('[SEC3] is the peer, whatever it says, where no proxy is trusted', () => {
    const { ofRequest: addressOf, ofPeer } = createPeerAddresses([]);
    expect(addressOf(requestOf('192.0.2.1', '203.0.113.9'))).toBe('192.0.2.1');
    expect(addressOf(requestOf('127.0.0.1', '203.0.113.9'))).toBe('127.0.0.1');
    expect(ofPeer({ remoteAddress: '127.0.0.1' })).toBe('127.0.0.1');
  });

  it.each([
    ['what the proxy says', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [
      'the last that no trusted proxy stands for',
      '10.0.0.1',
      '198.51.100.1, 203.0.113.9, 10.0.0.7',
      '203.0.113.9',
    ],
    ['the peer that is no proxy', '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['the proxy, where it says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['the proxy, where it says no address', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['an address of the fourth version in the sixth', '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['a network of 64 bits', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['a network of 64 bits behind a proxy', '10.0.0.1', '2001:db8::1', '2001:db8:0:0::/64'],
  ])('[SEC3] is %s', (_what, peer, forwardedFor, expected) => {
    const { ofRequest } = createPeerAddresses(['10.0.0.0/8']);
    expect(ofRequest(requestOf(peer, forwardedFor))).toBe(expected);
  });

  it('[SEC3] is known of a bare connection, unless a trusted proxy made it', () => {
    const { ofPeer } = createPeerAddresses(['10.0.0.0/8']);
    expect(ofPeer({ remoteAddress: '10.0.0.1' })).toBeUndefined();
    expect(ofPeer({ remoteAddress: '::ffff:10.0.0.1' })).toBeUndefined();
    expect(ofPeer({ remoteAddress: '2001:db8:1:2:3:4:5:6' })).toBe('2001:db8:1:2::/64');
    expect(ofPeer({ remoteAddress: undefined })).toBe('unknown');
  });

  it('takes addresses and networks of proxies, and nothing else', () => {
    expect(parseProxies(' 127.0.0.1, 10.0.0.0/8,::1 ')).toEqual(['127.0.0.1', '10.0.0.0/8', '::1']);
    for (const wrong of ['proxy.example', '10.0.0.0/40', 'true']) {
      expect(() => parseProxies(wrong)).toThrow('expected addresses');
    }
  });
});
