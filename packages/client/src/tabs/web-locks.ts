import type { Leadership } from './tab-group.ts';

/** By Web Locks: the browser gives a lock on when its tab is gone, however it went. [SDK6] */
export function webLocks(locks: LockManager): Leadership {
  return (name, onLead, onLost) => {
    const abort = new AbortController();
    let isHeld = false;
    let isWanted = true;
    let giveBack: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      giveBack = resolve;
    });
    async function ask(): Promise<void> {
      try {
        await locks.request(name, { signal: abort.signal }, () => {
          isHeld = true;
          if (isWanted) onLead();
          return turn;
        });
      } catch {
        // It was waited for no longer, and that is meant; or one of the two below.
        if (!isWanted) return;
        if (isHeld) {
          // WebKit takes it from a page in its back-forward cache: another tab may lead by now.
          isHeld = false;
          onLost();
          void ask();
        } else {
          // Where storage is blocked there are no locks, and nothing that tabs could share.
          isHeld = true;
          onLead();
        }
      }
    }
    void ask();
    return {
      confirm: () => isHeld || Promise.resolve(false),
      end() {
        isWanted = false;
        abort.abort();
        giveBack();
      },
    };
  };
}
