// A device of automerge-repo that missed changes: it kept its document and what it knew of the server's, as a Repo
// keeps both in its storage. See `PrepareDevice` in `bench/catch-up/behind-device.ts`.
import * as A from '@automerge/automerge';
import { documentIdOf, joinServer } from './replicas.mjs';

export async function prepareDevice({ url, user, history, countFrames }) {
  const documentId = documentIdOf(user.userId);
  const start = history.state.reduce(
    (document, bytes) => A.loadIncremental(document, bytes),
    A.init(),
  );
  const writer = { document: A.clone(start), syncState: A.initSyncState() };
  const writing = await keepSynced({
    url,
    peerId: `tv-${user.userId}`,
    documentId,
    device: writer,
  });
  await writing.synced(A.getHeads(start));

  const device = { document: start, syncState: A.initSyncState() };
  const peerId = `phone-${user.userId}`;
  const before = await keepSynced({ url, peerId, documentId, device });
  await before.synced(A.getHeads(start));
  before.close();
  device.syncState = A.decodeSyncState(A.encodeSyncState(device.syncState));

  [writer.document] = A.applyChanges(writer.document, history.messages);
  writing.sync();
  const heads = A.getHeads(writer.document);
  await writing.synced(heads);
  return {
    async catchUp() {
      let frames;
      const startedAtMs = performance.now();
      const catching = await keepSynced({
        url,
        peerId,
        documentId,
        device,
        onSocket(socket) {
          frames = countFrames(socket);
        },
      });
      await catching.has(heads);
      const elapsedMs = performance.now() - startedAtMs;
      const counted = { ...frames };
      catching.close();
      writing.close();
      const [listed, registers] = ['watchlist', 'progress'].map(
        (map) => Object.keys(device.document[map]).length,
      );
      return { elapsedMs, frames: counted, listed, registers };
    },
  };
}

/** Connects a device's document; `synced` tells that the server has these heads, `has` that the device does. */
async function keepSynced({ url, peerId, documentId, device, onSocket }) {
  let isClosing = false;
  let onMessage = () => undefined;
  const onLost = (error) => {
    if (!isClosing) throw error;
  };
  const connection = await joinServer({ url, peerId, onSocket, onLost });
  function sync() {
    const [next, message] = A.generateSyncMessage(device.document, device.syncState);
    device.syncState = next;
    if (message !== null) connection.send('sync', documentId, message);
  }
  connection.receivers.set(documentId, (data) => {
    [device.document, device.syncState] = A.receiveSyncMessage(
      device.document,
      device.syncState,
      data,
    );
    sync();
    onMessage();
  });
  sync();
  const until = (isReached) =>
    new Promise((resolve) => {
      onMessage = () => {
        if (isReached()) resolve();
      };
      onMessage();
    });
  return {
    sync,
    synced: (heads) => until(() => isSame(device.syncState.theirHeads ?? [], heads)),
    has: (heads) => until(() => isSame(A.getHeads(device.document), heads)),
    close() {
      isClosing = true;
      connection.socket.terminate();
    },
  };
}

function isSame(heads, others) {
  return heads.length === others.length && heads.every((head) => others.includes(head));
}
