import { createWatchState, indexedDbStorage, type WatchState } from '@cuepoint/client';
import { skewsAt, type ClockSkew } from './clock-skew.ts';
import { playgroundUser, readSettings, writeSettings } from './device-settings.ts';
import type { PlaygroundDevice } from './devices.ts';
import { createNetworkSwitch } from './network-switch.ts';

const TOKEN_TIMEOUT_MS = 5_000;

/** One device of the page: a real SDK client with a storage, a network and a clock of its own. */
export interface OpenDevice {
  readonly key: string;
  readonly name: string;
  readonly state: WatchState;
  readonly settings: { readonly isOnline: boolean; readonly skew: number };
  /** The stops of the clock's slider. */
  readonly skews: readonly ClockSkew[];
  setOnline(isOnline: boolean): void;
  setSkew(index: number): void;
  readonly subscribe: (listener: () => void) => () => void;
}

/** Outside development mode the service mints no tokens for a page. */
export async function hasDevelopmentTokens(): Promise<boolean> {
  const answer = await askForToken(playgroundUser()).catch(() => undefined);
  // A service that is away may well have them.
  return answer === undefined || answer.status !== 404;
}

/** @throws TypeError when the service is away, or gives no token. */
async function fetchToken(userId: string): Promise<string> {
  const answer = await askForToken(userId);
  if (!answer.ok) throw new TypeError(`no token: ${answer.status}`);
  return ((await answer.json()) as { token: string }).token;
}

function askForToken(userId: string): Promise<Response> {
  return fetch('/dev/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
    signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
  });
}

export async function openDevice({ key, name, device }: PlaygroundDevice): Promise<OpenDevice> {
  const skews = skewsAt(Date.now());
  const right = skews.findIndex(({ ms }) => ms === 0);
  const stored = readSettings(key);
  let settings = { isOnline: stored.isOnline, skew: stored.skew ?? right };
  const network = createNetworkSwitch(settings.isOnline);
  const listeners = new Set<() => void>();
  const userId = playgroundUser();

  const state = await createWatchState({
    url: location.origin,
    async getToken() {
      network.requireOn();
      return fetchToken(userId);
    },
    device,
    storage: indexedDbStorage(`cuepoint-playground-${key}`),
    tabs: 'shared',
    createSocket: (url) => network.createSocket(url),
    environment: {
      now: () => Date.now() + (skews[settings.skew]?.ms ?? 0),
      sendLast: (url, token, body) => network.sendLast(url, token, body),
    },
  });

  function set(change: Partial<typeof settings>): void {
    settings = { ...settings, ...change };
    writeSettings(key, settings);
    for (const listener of listeners) listener();
  }

  return {
    key,
    name,
    state,
    skews,
    get settings() {
      return settings;
    },
    setOnline(isOnline) {
      network.set(isOnline);
      set({ isOnline });
      if (isOnline) state.reconnect();
    },
    setSkew(skew) {
      set({ skew });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
