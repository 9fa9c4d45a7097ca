import { createWatchState, memoryStorage, type WatchState } from '@cuepoint/client';
import { WebSocket } from 'ws';
import type { CheckedDevice } from '../crash/check-round.ts';
import {
  anyFilmOf,
  describeConnection,
  isSettled,
  linesKnownBy,
  linesShownBy,
  subscribeToAll,
} from '../crash/watch-state-views.ts';
import { tapSocket, type TapOptions } from '../crash/wire-tap.ts';

export interface SoakDeviceOptions extends Pick<TapOptions, 'ledger' | 'userId' | 'deviceId'> {
  /** Of the service, as this device reaches it. */
  readonly url: string;
  readonly token: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onAnswered: (waitedMs: number) => void;
}

/** A person's films: so many that a lost change shows, so few that the state soon grows no more. */
const CONTENTS = 200;
const FILM_SECONDS = 7_200;
const FIRST_FILMS = 20;
/** A device that cannot reach the service makes up no more than this: a person waits as well. */
const PENDING_MAX = 200;

/** The real SDK over a real socket, at its own pace, for as long as the run lasts. */
export class SoakDevice implements CheckedDevice {
  readonly deviceId: string;
  readonly #options: SoakDeviceOptions;
  readonly #state: WatchState;

  private constructor(options: SoakDeviceOptions, state: WatchState) {
    this.deviceId = options.deviceId;
    this.#options = options;
    this.#state = state;
  }

  static async open(options: SoakDeviceOptions): Promise<SoakDevice> {
    const { url, token, deviceId, userId, ledger, onAnswered } = options;
    const state = await createWatchState({
      url,
      getToken: () => token,
      device: { deviceId, deviceType: 'TV', platform: 'soak', appVersion: '1' },
      storage: memoryStorage(),
      createSocket: (address) =>
        tapSocket(new WebSocket(address), { ledger, userId, deviceId, now: Date.now, onAnswered }),
    });
    return new SoakDevice(options, state);
  }

  /** Puts the first films on the list: from an empty one nothing can be removed. */
  fill(): void {
    for (let film = 0; film < FIRST_FILMS; film += 1) this.#state.watchlist.add(`film:${film}`);
  }

  /** @returns false where too much waits already. */
  act(): boolean {
    const { random } = this.#options;
    const { watchlist, progress, status } = this.#state;
    if (status.get().pending >= PENDING_MAX) return false;
    const contentId = `film:${Math.floor(random() * CONTENTS)}`;
    const chance = random();
    // As many removes as adds: a list has a length that it keeps.
    if (chance < 0.15) watchlist.add(contentId);
    else if (chance < 0.3) watchlist.remove(anyFilmOf(this.#state, random) ?? contentId);
    else if (chance < 0.35) progress.clear(contentId);
    else {
      progress.set(contentId, {
        positionSeconds: Math.floor(random() * FILM_SECONDS),
        durationSeconds: FILM_SECONDS,
        state: chance < 0.7 ? 'playing' : 'paused',
      });
    }
    return true;
  }

  get pending(): number {
    return this.#state.status.get().pending;
  }

  get isSettled(): boolean {
    return isSettled(this.#state);
  }

  /** What must never be. */
  get trouble(): string | undefined {
    const { deadLetters, haltedBy } = this.#state.status.get();
    if (deadLetters > 0) {
      const [first] = this.#state.deadLetters.list();
      return `${deadLetters} dead letters, ${JSON.stringify(first)}`;
    }
    return haltedBy === undefined ? undefined : `halted by ${haltedBy}`;
  }

  get acknowledgedLines(): readonly string[] {
    return linesKnownBy(this.#state);
  }

  get shownLines(): readonly string[] {
    return linesShownBy(this.#state);
  }

  describe(): string {
    return describeConnection(this.deviceId, this.#state);
  }

  subscribe(listener: () => void): () => void {
    return subscribeToAll(this.#state, listener);
  }

  close(): Promise<void> {
    return this.#state.close();
  }
}
