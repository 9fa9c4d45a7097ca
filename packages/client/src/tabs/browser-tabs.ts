import type { ClientEnvironment } from '../environment.ts';
import { leases } from './leases.ts';
import { aloneGroup, type Leadership, type TabGroup, type Turn } from './tab-group.ts';
import { webLocks } from './web-locks.ts';
import { engine, listen } from '../engine.ts';

/**
 * Tabs of one origin, by BroadcastChannel and by Web Locks, or where the page came over plain HTTP by leases. [SDK6] [ENG2]
 *
 * Where the platform has no channels, or neither locks nor a database, each tab has a connection of its own: give each a
 * storage of its own as well.
 */
export function browserTabs(environment: ClientEnvironment): TabGroup {
  const leadership = findLeadership(environment);
  if (leadership === undefined || engine.BroadcastChannel === undefined) return aloneGroup();
  return {
    isAlone: false,
    lead: (name, onLead, onLost) =>
      whileShown(environment, leadership, [`cuepoint:${name}`, onLead, onLost]),
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

function findLeadership(environment: ClientEnvironment): Leadership | undefined {
  const locks = engine.navigator?.locks;
  if (locks !== undefined) return webLocks(locks);
  return engine.indexedDB === undefined ? undefined : leases(environment);
}

/** A page that is left gives its turn back at once, be it closed or kept to be shown again: then it asks anew. */
function whileShown(
  { onSignal }: ClientEnvironment,
  leadership: Leadership,
  [name, onLead, onLost]: Parameters<Leadership>,
): Turn {
  const ask = (): Turn => leadership(name, onLead, onLost);
  let turn: Turn | undefined = ask();
  const leave = (): void => {
    turn?.end();
    turn = undefined;
  };
  const endHearing = listen(engine.window, 'pagehide', leave);
  const endListening = onSignal((signal) => {
    if (signal !== 'visible' || turn !== undefined) return;
    // Whether it led or not: what others told meanwhile it did not hear.
    onLost();
    turn = ask();
  });
  return {
    // What a page sends in its last moment goes out.
    confirm: () => turn?.confirm() ?? true,
    end() {
      endListening();
      endHearing();
      leave();
    },
  };
}
