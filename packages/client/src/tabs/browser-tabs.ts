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
    lead(name, onLead, onLost) {
      const abort = new AbortController();
      let isWanted = true;
      let giveBack: () => void = () => undefined;
      const turn = new Promise<void>((resolve) => {
        giveBack = resolve;
      });
      async function ask(): Promise<void> {
        let isHeld = false;
        try {
          await locks.request(`cuepoint:${name}`, { signal: abort.signal }, () => {
            isHeld = true;
            if (isWanted) onLead();
            return turn;
          });
        } catch {
          // It was waited for no longer, and that is meant; or one of the two below.
          if (!isWanted) return;
          if (isHeld) {
            // WebKit takes it from a page in its back-forward cache: another tab may lead by now.
            onLost();
            void ask();
          } else {
            // Where storage is blocked there are no locks, and nothing that tabs could share.
            onLead();
          }
        }
      }
      void ask();
      return () => {
        isWanted = false;
        abort.abort();
        giveBack();
      };
    },
    join(name, onMessage) {
      try {
        const channel = new BroadcastChannel(`cuepoint:${name}`);
        channel.addEventListener('message', ({ data }) => onMessage(data));
        return {
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
          post: (message) => channel.postMessage(message),
          leave: () => channel.close(),
        };
      } catch {
        // Where storage is blocked: as if the tab were alone.
        return { post: () => undefined, leave: () => undefined };
      }
    },
  };
}
