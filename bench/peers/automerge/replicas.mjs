// Documents of automerge-repo over plain sockets that speak its protocol: join, then Automerge's sync messages
// by document. It costs the generator less than a Repo each, and sends a change at once, where a Repo gathers
// those of 100 ms.
import * as A from '@automerge/automerge';
import { cbor, parseAutomergeUrl, stringifyAutomergeUrl } from '@automerge/automerge-repo';
import { WebSocket } from 'ws';

/** The document of a user has the user's id. */
export function documentIdOf(userId) {
  const bytes = Uint8Array.from(Buffer.from(userId.replaceAll('-', ''), 'hex'));
  return parseAutomergeUrl(stringifyAutomergeUrl({ documentId: bytes })).documentId;
}

/** Resolves when the server has answered; messages go to the `onMessage` of their document. */
export function joinServer({ url, peerId, onSocket, onLost }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    onSocket?.(socket);
    const receivers = new Map();
    let serverId;
    const send = (message) => socket.send(cbor.encode({ senderId: peerId, ...message }));
    socket.on('error', reject);
    socket.on('close', (code) => {
      const error = new Error(`the peer closed a socket: ${code}`);
      if (serverId === undefined) reject(error);
      else onLost(error);
    });
    socket.on('open', () => {
      send({
        type: 'join',
        peerMetadata: { isEphemeral: true },
        supportedProtocolVersions: ['1'],
      });
    });
    socket.on('message', (data) => {
      const message = cbor.decode(data);
      if (message.type === 'peer') {
        serverId = message.senderId;
        resolve({
          socket,
          receivers,
          send: (type, documentId, bytes) =>
            send({ type, targetId: serverId, documentId, data: bytes }),
        });
      } else if (message.type === 'sync') receivers.get(message.documentId)?.(message.data);
      else if (message.type === 'doc-unavailable') {
        onLost(new Error(`the peer does not have ${message.documentId}`));
      }
    });
  });
}

/** A device's copy of a document; resolves when it has what the server has. */
export function openReplica(connection, documentId, { onPatches, onServerHeads } = {}) {
  return new Promise((resolve) => {
    let document = A.init();
    let syncState = A.initSyncState();
    let isOpen = false;

    function sync(type) {
      const [next, message] = A.generateSyncMessage(document, syncState);
      syncState = next;
      if (message !== null) connection.send(type, documentId, message);
    }

    connection.receivers.set(documentId, (data) => {
      const options = onPatches === undefined ? {} : { patchCallback: onPatches };
      [document, syncState] = A.receiveSyncMessage(document, syncState, data, options);
      sync('sync');
      if (!isOpen && A.getHeads(document).length > 0) {
        isOpen = true;
        resolve({
          change(edit) {
            document = A.change(document, edit);
            sync('sync');
            return A.getHeads(document)[0];
          },
        });
      } else if (isOpen) onServerHeads?.(syncState.theirHeads ?? []);
    });
    sync('request');
  });
}

/** A document with these contents, as storage keeps it. */
export function filledDocument(contentIds) {
  const progress = Object.fromEntries(
    contentIds.map((contentId, index) => [
      contentId,
      {
        positionSeconds: -1 - index,
        durationSeconds: 5_400,
        state: 'playing',
        timestamp: '0000000003e8-0000',
        deviceId: 'device-0',
      },
    ]),
  );
  const document = A.from({ progress });
  return { bytes: A.save(document), heads: A.getHeads(document) };
}

/** What the chunks of a stored document add up to. */
export function loadDocument(chunks) {
  return chunks.reduce((document, chunk) => A.loadIncremental(document, chunk), A.init());
}
