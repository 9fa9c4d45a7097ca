import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnswerOrder } from './answer-order.ts';
import type { PeerAddresses } from './peer-address.ts';

/**
 * Bounds the connections of an address that are no live sockets. Past it the one goes that has had nothing asked of it for
 * the longest, or the newcomer where all of them are answered. [SEC3]
 *
 * A trusted proxy has no bound: what it asks counts for whom it speaks for, as long as it is answered.
 *
 * @returns what is told of a connection that has become a live socket. It is no listener of upgrades: a server that has one
 * leaves them to it.
 */
export function boundPlainConnections(
  server: Server,
  addresses: PeerAddresses,
  answerOrder: AnswerOrder,
  perAddressMax: number,
): (socket: Duplex) => void {
  /** In the order in which they came, or were answered last. */
  const socketsByAddress = new Map<string, Set<Duplex>>();
  const addressBySocket = new Map<Duplex, string>();
  const ofProxies = new WeakSet<Duplex>();

  function leave(socket: Duplex): void {
    const address = addressBySocket.get(socket);
    if (address === undefined) return;
    addressBySocket.delete(socket);
    const beside = socketsByAddress.get(address);
    beside?.delete(socket);
    if (beside?.size === 0) socketsByAddress.delete(address);
  }

  function enter(socket: Socket, address: string): void {
    leave(socket);
    const beside = socketsByAddress.get(address) ?? new Set();
    socketsByAddress.set(address, beside.add(socket));
    addressBySocket.set(socket, address);
    if (beside.size <= perAddressMax) return;
    const idle = [...beside].find((other) => other !== socket && !answerOrder.owes(other));
    (idle ?? socket).destroy();
    leave(idle ?? socket);
  }

  server.on('connection', (socket: Socket) => {
    const address = addresses.ofPeer(socket);
    if (address === undefined) ofProxies.add(socket);
    else enter(socket, address);
    socket.once('close', () => leave(socket));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const isOfProxy = ofProxies.has(socket);
    if (isOfProxy) enter(socket, addresses.ofRequest(request));
    response.once('close', () => {
      // Of several requests at once the next is answered now.
      if (answerOrder.owes(socket)) return;
      const address = addressBySocket.get(socket);
      if (isOfProxy || address === undefined) leave(socket);
      else enter(socket, address);
    });
  });
  return leave;
}
