import type { Chance } from '../sim/chance.ts';
import type { RequestSource } from './http-requests.ts';

const LINES = [
  'GET / HTTP/9.9\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET  /  HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT localhost:22 HTTP/1.1\r\nHost: a\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n',
  'POST /api/v1/sync HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n',
  'POST /api/v1/sync HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{}',
  'GET / HTTP/1.1\r\nHost: a\r\nA B: c\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\n folded: yes\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
  'GET /api/v1/ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'GET /api/v1/ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 1\r\nSec-WebSocket-Key: x\r\n\r\n',
  'GET /other HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(3_000)}\r\n`,
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\r\n\r\n\r\n',
  '',
];

/** Bytes that are hardly HTTP, for a connection of their own. */
export function garbageOf(requests: RequestSource, chance: Chance): Buffer {
  const draw = chance.random();
  if (draw < 0.3) return Buffer.from(chance.pick(LINES), 'latin1');
  if (draw < 0.4) {
    return Buffer.from(Array.from({ length: chance.below(300) }, () => chance.below(256)));
  }
  const { bytes } = requests(chance);
  if (draw < 0.6) return bytes.subarray(0, chance.below(bytes.length));
  const broken = Buffer.from(bytes);
  for (let count = 1 + chance.below(8); count > 0; count -= 1) {
    broken[chance.below(Math.min(broken.length, 600))] = chance.below(256);
  }
  return broken;
}
