// Writers of Hocuspocus for the load generator of durable writes: a socket and a document each user, as its
// clients have them. A write waits for the SyncStatus that answers it. Plain JavaScript: its packages are
// installed on demand.
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { createSender, MAP, openDocument, SYNC_STATUS } from './documents.mjs';

const CONNECTS_AT_ONCE = 16;

/** A document with every content, as the tables of the other systems are filled. */
export function filledDocument(contentIds) {
  const document = new Y.Doc();
  const map = document.getMap(MAP);
  document.transact(() => {
    for (const [index, contentId] of contentIds.entries()) {
      map.set(contentId, {
        positionSeconds: index,
        durationSeconds: 5_400,
        state: 'playing',
        timestamp: '0000000003e8-0000',
        deviceId: 'device-0',
      });
    }
  });
  return Y.encodeStateAsUpdate(document);
}

/** See `CreateWriters` in `bench/writes/writers.ts`. */
export function createHocuspocusWriters({ url, userIds, failed }) {
  const senders = [];
  let isClosing = false;

  async function connectUser(user) {
    const document = new Y.Doc();
    const socket = await openDocument({
      url,
      name: userIds[user],
      document,
      onMessage(decoder, type) {
        if (type !== SYNC_STATUS) return;
        // It answers updates in their order and does not name them.
        senders[user].waiting.shift()(decoding.readVarUint(decoder) === 1);
      },
      onLost(error) {
        if (!isClosing) failed(error);
      },
    });
    senders[user] = createSender(userIds[user], document, socket);
  }

  return {
    async connect() {
      let next = 0;
      const worker = async () => {
        while (next < userIds.length) {
          const user = next;
          next += 1;
          await connectUser(user);
        }
      };
      await Promise.all(Array.from({ length: CONNECTS_AT_ONCE }, worker));
    },
    write(user, { contentId, ...value }) {
      const { map, waiting } = senders[user];
      return new Promise((resolve) => {
        waiting.push(resolve);
        map.set(contentId, value);
      });
    },
    close() {
      isClosing = true;
      for (const { socket } of senders.filter(Boolean)) socket.terminate();
    },
  };
}
