// A device of Hocuspocus that missed changes: it tells its state vector and is sent what it lacks. See
// `PrepareDevice` in `bench/catch-up/behind-device.ts`.
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { createSender, openDocument, SYNC_STATUS } from './documents.mjs';

export async function prepareDevice({ url, user, history, countFrames }) {
  const name = user.userId;
  const document = new Y.Doc();
  for (const update of history.state) Y.applyUpdate(document, update);
  await write({ url, name, updates: [...history.state, ...history.messages] });
  return {
    async catchUp() {
      let frames;
      const startedAtMs = performance.now();
      const socket = await openDocument({
        url,
        name,
        document,
        onSocket(opened) {
          frames = countFrames(opened);
        },
        onMessage: () => undefined,
        onLost: () => undefined,
      });
      const elapsedMs = performance.now() - startedAtMs;
      const counted = { ...frames };
      socket.terminate();
      const [listed, registers] = ['watchlist', 'progress'].map((map) => document.getMap(map).size);
      return { elapsedMs, frames: counted, listed, registers };
    },
  };
}

/** The user's other device; resolves when the server has all of it. */
async function write({ url, name, updates }) {
  const document = new Y.Doc();
  let waiting = updates.length;
  let resolve;
  let reject;
  const written = new Promise((...settle) => {
    [resolve, reject] = settle;
  });
  const socket = await openDocument({
    url,
    name,
    document,
    onMessage(decoder, type) {
      if (type !== SYNC_STATUS) return;
      if (decoding.readVarUint(decoder) !== 1) reject(new Error('an update was refused'));
      waiting -= 1;
      if (waiting === 0) resolve();
    },
    onLost: reject,
  });
  createSender(name, document, socket);
  for (const update of updates) Y.applyUpdate(document, update);
  await written;
  // It stays: the server keeps a document in memory while somebody is there.
}
