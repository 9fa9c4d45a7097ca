// Clients of Hocuspocus for the load generator: plain sockets that speak its protocol, which costs the
// generator less than a HocuspocusProvider each (no reconnect, no awareness, no timers). A sender keeps a
// document, as it has to to make updates; a viewer only decodes the updates that it is sent. Plain
// JavaScript: its packages are installed on demand.
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import pg from 'pg';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { messageYjsUpdate, writeSyncStep1, writeUpdate } from 'y-protocols/sync';

const SYNC = 0;
const AUTH = 2;
const SYNC_STATUS = 8;
const AUTH_TOKEN = 0;
const SYNC_STEP_2 = 1;
const MAP = 'progress';
const CONNECTS_AT_ONCE = 16;

/** See `CreateLiveClients` in `bench/live/live-clients.ts`. */
export function createHocuspocusClients({ urls, users, databaseUrl, schema }, events) {
  const database = new pg.Client({ connectionString: databaseUrl });
  const senders = [];
  const viewers = [];
  let isClosing = false;

  function open(user, onMessage) {
    const { userId } = users[user];
    const onLost = (error) => {
      if (!isClosing) events.failed(error);
    };
    return openDocument(urls[0], userId, onMessage, onLost);
  }

  async function connectUser(user) {
    senders[user] = createSender(users[user].userId, await open(user, onAnswer));
    viewers[user] = await open(user, onUpdate);

    function onAnswer(decoder, type) {
      if (type !== SYNC_STATUS) return;
      // It answers updates in their order and does not name them.
      const seq = senders[user].waiting.shift();
      if (decoding.readVarUint(decoder) !== 1)
        events.failed(new Error(`update ${seq} was refused`));
      else events.acked(seq, false);
    }
  }

  function onUpdate(decoder, type) {
    if (type !== SYNC || decoding.readVarUint(decoder) !== messageYjsUpdate) return;
    // Updates of one turn of its event loop come merged in one.
    for (const { content } of Y.decodeUpdate(decoding.readVarUint8Array(decoder)).structs) {
      if (content?.arr === undefined) continue;
      for (const { positionSeconds } of content.arr) events.shown(positionSeconds);
    }
  }

  return {
    async connect() {
      await database.connect();
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
      const { map, waiting } = senders[user];
      waiting.push(seq);
      map.set(contentId, { positionSeconds: seq, durationSeconds, state, timestamp });
    },
    async storedPosition({ user, contentId }) {
      const { rows } = await database.query({
        name: 'stored-document',
        text: `select data from ${schema}.documents where name = $1`,
        values: [users[user].userId],
      });
      if (rows.length === 0) return undefined;
      const document = new Y.Doc();
      Y.applyUpdate(document, rows[0].data);
      return document.getMap(MAP).get(contentId)?.positionSeconds;
    },
    async close() {
      isClosing = true;
      for (const { socket } of senders.filter(Boolean)) socket.terminate();
      for (const socket of viewers.filter(Boolean)) socket.terminate();
      await database.end();
    },
  };
}

/** A device that changes its document, and sends each change. */
function createSender(name, socket) {
  const document = new Y.Doc();
  document.on('update', (update) => {
    const encoder = begin(name, SYNC);
    writeUpdate(encoder, update);
    socket.send(encoding.toUint8Array(encoder));
  });
  return { socket, map: document.getMap(MAP), waiting: [] };
}

/** Resolves when the server has sent what the document holds; later messages go to `onMessage`. */
function openDocument(url, name, onMessage, onLost) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
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
      writeSyncStep1(sync, new Y.Doc());
      socket.send(encoding.toUint8Array(sync));
    });
    socket.on('message', (data) => {
      const decoder = decoding.createDecoder(data);
      decoding.readVarString(decoder);
      const type = decoding.readVarUint(decoder);
      if (isSynced) return onMessage(decoder, type);
      if (type !== SYNC || decoding.peekVarUint(decoder) !== SYNC_STEP_2) return;
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
