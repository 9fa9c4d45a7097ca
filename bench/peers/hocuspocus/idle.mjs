// A device of Hocuspocus that has its document open and does nothing. Its protocol has no heartbeat of the client: the
// server pings the sockets.
import * as Y from 'yjs';
import { openDocument } from './documents.mjs';

export function openIdle(url, userId) {
  return openDocument({
    url,
    name: userId,
    document: new Y.Doc(),
    onMessage: () => undefined,
    onLost: () => undefined,
  });
}
