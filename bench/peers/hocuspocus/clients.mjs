// Clients of Hocuspocus for the load generator of live changes. A sender keeps a document, as it has to to
// make updates; a viewer only decodes the updates that it is sent. Plain JavaScript: its packages are installed
// on demand.
import * as decoding from 'lib0/decoding';
import pg from 'pg';
import * as Y from 'yjs';
import { messageYjsUpdate } from 'y-protocols/sync';
import { createSender, MAP, openDocument, SYNC, SYNC_STATUS } from './documents.mjs';

const CONNECTS_AT_ONCE = 16;

/** See `CreateLiveClients` in `bench/live/live-clients.ts`. */
export function createHocuspocusClients({ urls, users, databaseUrl, schema }, events) {
  const database = new pg.Client({ connectionString: databaseUrl });
  const senders = [];
  const viewers = [];
  let isClosing = false;

  function open(user, document, onMessage) {
    const onLost = (error) => {
      if (!isClosing) events.failed(error);
    };
    return openDocument({ url: urls[0], name: users[user].userId, document, onMessage, onLost });
  }

  async function connectUser(user) {
    const document = new Y.Doc();
    const socket = await open(user, document, onAnswer);
    senders[user] = createSender(users[user].userId, document, socket);
    viewers[user] = await open(user, new Y.Doc(), onUpdate);

    function onAnswer(decoder, type) {
      if (type !== SYNC_STATUS) return;
      // It answers updates in their order and does not name them.
      const seq = senders[user].waiting.shift();
      if (decoding.readVarUint(decoder) !== 1)
        events.failed(new Error(`update ${seq} was refused`));
      else events.acked(seq, 'applied');
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
