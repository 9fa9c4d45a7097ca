import { aloneGroup, type TabGroup } from './tab-group.ts';

/**
 * Tabs of one origin by Web Locks and BroadcastChannel. [SDK6]
 *
 * The browser gives a lock on when its tab is gone, however it went. Where either is missing (an old TV, a page
 * over plain HTTP), each tab has a connection of its own: give each a storage of its own as well.
 */
export function browserTabs(): TabGroup {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined || globalThis.BroadcastChannel === undefined) return aloneGroup();
  return {
    isAlone: false,
    lead(name, onLead) {
      const abort = new AbortController();
      let giveBack: () => void = () => undefined;
      const turn = new Promise<void>((resolve) => {
        giveBack = resolve;
      });
      locks
        .request(`cuepoint:${name}`, { signal: abort.signal }, () => {
          onLead();
          return turn;
        })
        // Only the waiting can be aborted, and that is meant.
        .catch(() => undefined);
      return () => {
        abort.abort();
        giveBack();
      };
    },
    join(name, onMessage) {
      const channel = new BroadcastChannel(`cuepoint:${name}`);
      channel.addEventListener('message', ({ data }) => onMessage(data));
      return {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
        post: (message) => channel.postMessage(message),
        leave: () => channel.close(),
      };
    },
  };
}
