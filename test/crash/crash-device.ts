import { createWatchState, type ClientEnvironment, type WatchState } from '@cuepoint/client';
import { WebSocket } from 'ws';
import { FakeStorage } from '../../packages/client/src/testing/fake-storage.ts';
import type { Ledger } from './ledger.ts';
import {
  anyFilmOf,
  describeConnection,
  isSettled,
  linesKnownBy,
  linesShownBy,
  subscribeToAll,
} from './watch-state-views.ts';
import { tapSocket } from './wire-tap.ts';

export interface CrashDeviceOptions {
  /** Of the service, as this device reaches it. */
  readonly url: string;
  readonly userId: string;
  readonly token: string;
  readonly deviceId: string;
  readonly ledger: Ledger;
  readonly random: () => number;
}

/**
 * The timers of the SDK run this many times as fast: it gives up a push without an answer after 4 s instead of 20, and
 * comes back within 6 s at most instead of 30. Nothing else of it is changed.
 */
const CLIENT_PACE = 5;
/** A device that cannot reach the service makes up no more than this: a person waits as well. */
const PENDING_MAX = 40;
/** Few, so that the devices of a user meet on them all the time. */
const CONTESTED_CONTENTS = 8;
/** Many, so that hardly any op is covered by a later one: a lost op shows. */
const OTHER_CONTENTS = 2_000;
const FILM_SECONDS = 7_200;

interface App {
  readonly state: WatchState;
  readonly storage: FakeStorage;
  /** Those that are open. */
  readonly sockets: ReadonlySet<WebSocket>;
}

/** A person's device: the real SDK over a real socket, with a storage that outlives its app. */
export class CrashDevice {
  readonly deviceId: string;
  readonly #options: CrashDeviceOptions;
  readonly #listeners = new Set<() => void>();
  #app: App;
  #isDead = false;

  private constructor(options: CrashDeviceOptions, app: App) {
    this.deviceId = options.deviceId;
    this.#options = options;
    this.#app = app;
    this.#follow();
  }

  static async open(options: CrashDeviceOptions): Promise<CrashDevice> {
    return new CrashDevice(options, await openApp(options, new FakeStorage()));
  }

  /** What a person does next. */
  act(): void {
    const { random } = this.#options;
    if (this.#isDead || this.#app.state.status.get().pending >= PENDING_MAX) return;
    const { watchlist, progress } = this.#app.state;
    const contents = random() < 0.4 ? CONTESTED_CONTENTS : OTHER_CONTENTS;
    const contentId = `film:${Math.floor(random() * contents)}`;
    const chance = random();
    if (chance < 0.35) watchlist.add(contentId);
    else if (chance < 0.5) watchlist.remove(anyFilmOf(this.#app.state, random) ?? contentId);
    else if (chance < 0.55) progress.clear(contentId);
    else {
      const position = {
        positionSeconds: Math.floor(random() * FILM_SECONDS),
        durationSeconds: FILM_SECONDS,
        state: chance < 0.85 ? ('playing' as const) : ('paused' as const),
      };
      // Half of what plays, nobody watches. [CLM3]
      if (chance >= 0.7 && chance < 0.85) progress.report(contentId, position);
      else progress.set(contentId, position);
    }
  }

  /** The app dies in the middle of what it does, and is opened again on what its storage had by then. */
  async restartApp(): Promise<void> {
    const { state, storage, sockets } = this.#app;
    this.#isDead = true;
    const left = await storage.reborn();
    for (const socket of sockets) socket.terminate();
    // What the dead app still does, it does to the storage that is given up.
    await state.close();
    this.#app = await openApp(this.#options, left);
    this.#isDead = false;
    this.#follow();
  }

  /** Connected, everything acknowledged, nothing refused. */
  get isSettled(): boolean {
    return !this.#isDead && isSettled(this.#app.state);
  }

  /** What must never be: changes that the service refused, a connection that the app has to mend. */
  get trouble(): string | undefined {
    const { deadLetters, haltedBy, hasStorageFailed } = this.#app.state.status.get();
    if (deadLetters > 0) return `${deadLetters} dead letters`;
    if (haltedBy !== undefined) return `halted by ${haltedBy}`;
    return hasStorageFailed ? 'its storage failed' : undefined;
  }

  /** What the device was told is stored. */
  get acknowledgedLines(): readonly string[] {
    return linesKnownBy(this.#app.state);
  }

  get shownLines(): readonly string[] {
    return linesShownBy(this.#app.state);
  }

  describe(): string {
    return describeConnection(this.deviceId, this.#app.state);
  }

  /** Calls after each change of anything, across restarts of the app. @returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isDead = true;
    await this.#app.state.close();
    for (const socket of this.#app.sockets) socket.terminate();
  }

  #follow(): void {
    const tell = (): void => {
      for (const listener of this.#listeners) listener();
    };
    subscribeToAll(this.#app.state, tell);
    tell();
  }
}

async function openApp(options: CrashDeviceOptions, storage: FakeStorage): Promise<App> {
  const { url, token, userId, deviceId, ledger } = options;
  const sockets = new Set<WebSocket>();
  const environment: Partial<ClientEnvironment> = {
    setTimer(callback, delayMs) {
      const timer = setTimeout(callback, delayMs / CLIENT_PACE);
      return () => clearTimeout(timer);
    },
  };
  const state = await createWatchState({
    url,
    getToken: () => token,
    device: { deviceId, deviceType: 'TV', platform: 'crash', appVersion: '1' },
    storage,
    environment,
    createSocket(address) {
      const socket = new WebSocket(address);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      return tapSocket(socket, { ledger, userId, deviceId, now: Date.now });
    },
  });
  return { state, storage, sockets };
}
