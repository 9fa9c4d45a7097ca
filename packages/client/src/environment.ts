import { engine, listen } from './engine.ts';

/** What the world outside tells: time, chance, and whether anybody is looking. Tests bring their own. */
export interface ClientEnvironment {
  /** The device's wall clock, in ms since the epoch. It may be wrong by decades, and may jump. */
  readonly now: () => number;
  /** Milliseconds since any moment, never stepping; it may stand still while the device sleeps. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A random UUID, lower case. */
  readonly uuid: () => string;
  /** @returns what cancels it. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** Calls back when others had a turn: the person who taps, the frame that is due. */
  readonly nextTurn: (callback: () => void) => void;
  /** Tells when trying again is worth it, and when the page may end. @returns what ends the listening. */
  readonly onSignal: (listener: (signal: EnvironmentSignal) => void) => () => void;
  /** Posts JSON in a request that outlives the page; default `fetch` with `keepalive`. Nobody waits for it, and it may be lost. */
  readonly sendLast?: (url: string, token: string, body: string) => void;
}

/**
 * `online`: the system has a network again · `visible`: a person looks at the page again · `hidden`: nobody
 * does, and the page may be gone at any moment.
 */
export type EnvironmentSignal = 'online' | 'visible' | 'hidden';

export function platformEnvironment(): ClientEnvironment {
  return {
    now: () => Date.now(),
    monotonic: () => (engine.performance ?? Date).now(),
    random: () => Math.random(),
    uuid: randomUuid,
    setTimer(callback, delayMs) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    nextTurn,
    onSignal: listenToPage,
  };
}

/** Not a timer, where there is another way: a page that nobody looks at has those once a second, or once a minute. */
function nextTurn(callback: () => void): void {
  if (engine.MessageChannel === undefined) {
    setTimeout(callback);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    port1.close();
    callback();
  });
  port1.start();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has none
  port2.postMessage(0);
}

/** Not `crypto.randomUUID`: a page that came over plain HTTP from a media server at home has none. */
function randomUuid(): string {
  const { crypto } = engine;
  if (crypto === undefined) {
    // `Math.random` would not do: engines seed it with as little as 31 bits, and two devices would make the same ids.
    throw new TypeError('This platform has no crypto: pass environment.uuid to createWatchState.');
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // RFC 9562, version 4.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => (byte | 0x100).toString(16).slice(1)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function listenToPage(listener: (signal: EnvironmentSignal) => void): () => void {
  const { window } = engine;
  const endings = [
    listen(window, 'online', () => listener('online')),
    listen(window, 'pagehide', () => listener('hidden')),
    listen(window, 'pageshow', () => listener('visible')),
    listen(engine.document, 'visibilitychange', () =>
      listener(document.visibilityState === 'visible' ? 'visible' : 'hidden'),
    ),
  ];
  return () => {
    for (const end of endings) end();
  };
}
