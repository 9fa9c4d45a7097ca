// Documents of Hocuspocus over plain sockets that speak its protocol, which costs the generator less than a
// HocuspocusProvider each (no reconnect, no awareness, no timers).
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { writeSyncStep1, writeUpdate } from 'y-protocols/sync';

export const SYNC = 0;
export const SYNC_STATUS = 8;
/** The type of a document that holds what is played. */
export const MAP = 'progress';

const AUTH = 2;
const AUTH_TOKEN = 0;
const SYNC_STEP_2 = 1;

/** A device that changes its document, and sends each change. */
export function createSender(name, document, socket) {
  document.on('update', (update) => {
    const encoder = begin(name, SYNC);
    writeUpdate(encoder, update);
    socket.send(encoding.toUint8Array(encoder));
  });
  return { socket, map: document.getMap(MAP), waiting: [] };
}

/** Resolves when the document holds what the server has of it; later messages go to `onMessage`. */
export function openDocument({ url, name, document, onSocket, onMessage, onLost }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    onSocket?.(socket);
    let isSynced = false;
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      const error = new Error(`the peer closed a socket: ${code} ${String(reason)}`);
      if (isSynced) onLost(error);
      else reject(error);
    });
    socket.on('open', () => {
      const auth = begin(name, AUTH);
      encoding.writeVarUint(auth, AUTH_TOKEN);
      encoding.writeVarString(auth, '');
      socket.send(encoding.toUint8Array(auth));
      const sync = begin(name, SYNC);
      writeSyncStep1(sync, document);
      socket.send(encoding.toUint8Array(sync));
    });
    socket.on('message', (data) => {
      const decoder = decoding.createDecoder(data);
      decoding.readVarString(decoder);
      const type = decoding.readVarUint(decoder);
      if (isSynced) return onMessage(decoder, type);
      if (type !== SYNC || decoding.peekVarUint(decoder) !== SYNC_STEP_2) return;
      decoding.readVarUint(decoder);
      Y.applyUpdate(document, decoding.readVarUint8Array(decoder));
      isSynced = true;
      resolve(socket);
    });
  });
}

/** Every message begins with the name of its document. */
function begin(name, type) {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, name);
  encoding.writeVarUint(encoder, type);
  return encoder;
}
