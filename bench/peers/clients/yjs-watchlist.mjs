// A watchlist as a Yjs document, and what Hocuspocus hands to its database extension of it. Plain JavaScript: its
// packages are installed on demand.
import * as Y from 'yjs';

const ADDED_AT = 1_767_225_600_000;

/** @returns a list of these titles; `change` takes one title out or back in and gives the whole document. */
export function createYjsWatchlist(contentIds) {
  const document = new Y.Doc();
  const list = document.getMap('watchlist');
  document.transact(() => {
    for (const contentId of contentIds) list.set(contentId, ADDED_AT);
  });
  return {
    change(contentId) {
      if (list.has(contentId)) list.delete(contentId);
      else list.set(contentId, ADDED_AT);
      return Y.encodeStateAsUpdate(document);
    },
  };
}
