// A person's state as a Yjs document: a map of the listed titles, and a map of what was watched whose values are
// replaced as a whole. See `ReplicaLibrary` in `bench/replicas/replica.ts`.
import * as Y from 'yjs';

const ADDED_AT = 1_767_225_600_000;

export const library = {
  encode(start, changes) {
    const document = new Y.Doc();
    for (const change of start) applyChange(document, change);
    const state = [Y.encodeStateAsUpdate(document)];
    const messages = [];
    document.on('update', (update) => messages.push(update));
    for (const change of changes) applyChange(document, change);
    return { state, messages };
  },
  join: (messages) => Y.mergeUpdates(messages),
  async open() {
    const document = new Y.Doc();
    const [listed, watched] = mapsOf(document);
    return {
      receive: (message) => Y.applyUpdate(document, message),
      settled: async () => undefined,
      read: () => ({ listed: listed.size, registers: watched.size }),
    };
  },
};

export function applyChange(document, { kind, contentId, ...progress }) {
  const [listed, watched] = mapsOf(document);
  if (kind === 'add') listed.set(contentId, ADDED_AT);
  else if (kind === 'remove') listed.delete(contentId);
  else watched.set(contentId, { ...progress, at: ADDED_AT });
}

export function mapsOf(document) {
  return [document.getMap('watchlist'), document.getMap('progress')];
}
