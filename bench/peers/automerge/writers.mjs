// Writers of automerge-repo for the load generator of durable writes: a document each user, over a few sockets,
// since the server asks its share policy for each document at each new peer.
import { createAcks } from './acks.mjs';
import { documentIdOf, joinServer, openReplica } from './replicas.mjs';

const SOCKETS = 16;
const OPENS_AT_ONCE = 16;
/** Changes made in one turn: the server cuts sockets that do not answer its ping for five seconds. */
const CHANGES_A_TURN = 10;

/** See `CreateWriters` in `bench/writes/writers.ts`. */
export function createAutomergeWriters({ url, userIds, failed }) {
  const replicas = [];
  let connections = [];
  const changes = [];
  let isClosing = false;

  function makeChanges() {
    for (const makeChange of changes.splice(0, CHANGES_A_TURN)) makeChange();
    if (changes.length > 0) setImmediate(makeChanges);
  }

  function onLost(error) {
    if (!isClosing) failed(error);
  }

  return {
    async connect() {
      connections = await Promise.all(
        Array.from({ length: SOCKETS }, (_, index) =>
          joinServer({ url, peerId: `writer-${index}`, onLost }),
        ),
      );
      let next = 0;
      const worker = async () => {
        while (next < userIds.length) {
          const user = next;
          next += 1;
          const { wait, onServerHeads } = createAcks();
          const replica = await openReplica(
            connections[user % SOCKETS],
            documentIdOf(userIds[user]),
            { onServerHeads },
          );
          replicas[user] = { wait, ...replica };
        }
      };
      await Promise.all(Array.from({ length: OPENS_AT_ONCE }, worker));
    },
    write(user, { contentId, ...value }) {
      const { change, wait } = replicas[user];
      return new Promise((resolve) => {
        changes.push(() => {
          const hash = change((document) => {
            document.progress[contentId] = value;
          });
          wait(hash, () => resolve(true));
        });
        if (changes.length === 1) setImmediate(makeChanges);
      });
    },
    close() {
      isClosing = true;
      for (const { socket } of connections) socket.terminate();
    },
  };
}
