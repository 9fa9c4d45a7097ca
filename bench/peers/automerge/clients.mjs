// Clients of automerge-repo for the load generator of live changes: two peers a user, of whom one changes the
// user's document and the other shows it.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createAcks } from './acks.mjs';
import { documentIdOf, joinServer, loadDocument, openReplica } from './replicas.mjs';

const CONNECTS_AT_ONCE = 16;

/** See `CreateLiveClients` in `bench/live/live-clients.ts`. The folder of the documents is the schema. */
export function createAutomergeClients({ urls, users, schema: dataDir }, events) {
  const senders = [];
  const connections = [];
  let isClosing = false;

  async function join(user, role) {
    const connection = await joinServer({
      url: urls[0],
      peerId: `${role}-${user}`,
      onLost(error) {
        if (!isClosing) events.failed(error);
      },
    });
    connections.push(connection);
    return connection;
  }

  async function connectUser(user) {
    const documentId = documentIdOf(users[user].userId);
    const { wait, onServerHeads } = createAcks();
    const sender = await openReplica(await join(user, 'sender'), documentId, { onServerHeads });
    senders[user] = { wait, ...sender };
    // Changes of a document are a line: with one of them come all before it.
    let next = user;
    await openReplica(await join(user, 'viewer'), documentId, {
      onPatches(patches) {
        for (const { path: place, value } of patches) {
          if (place.at(-1) !== 'positionSeconds') continue;
          for (; next <= value; next += users.length) events.shown(next);
        }
      },
    });
  }

  return {
    async connect() {
      let next = 0;
      const worker = async () => {
        while (next < users.length) {
          const user = next;
          next += 1;
          await connectUser(user);
        }
      };
      await Promise.all(Array.from({ length: CONNECTS_AT_ONCE }, worker));
    },
    send({ seq, user, contentId, durationSeconds, state, timestamp }) {
      const { change, wait } = senders[user];
      const hash = change((document) => {
        document.progress[contentId] = { positionSeconds: seq, durationSeconds, state, timestamp };
      });
      wait(hash, () => events.acked(seq, 'applied'));
    },
    async storedPosition({ user, contentId }) {
      const document = loadDocument(await readChunks(dataDir, documentIdOf(users[user].userId)));
      return document.progress?.[contentId]?.positionSeconds;
    },
    async close() {
      isClosing = true;
      for (const { socket } of connections) socket.terminate();
    },
  };
}

/** Its storage has a folder a document and a file a chunk, of which it makes one every now and then. */
async function readChunks(dataDir, documentId) {
  const folder = path.join(dataDir, documentId.slice(0, 2), documentId.slice(2));
  for (;;) {
    try {
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      const paths = files
        .filter((file) => file.isFile())
        .map((file) => path.join(file.parentPath ?? file.path, file.name));
      return await Promise.all(paths.map((file) => readFile(file)));
    } catch (error) {
      // Chunks became one between the list and the read.
      if (error.code !== 'ENOENT') throw error;
    }
  }
}
