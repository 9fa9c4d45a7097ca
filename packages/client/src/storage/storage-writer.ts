import type { ClientEnvironment } from '../environment.ts';
import type { ClientStorage, StorageChange } from './client-storage.ts';

/** Tries of one write before the device counts as one that keeps nothing. */
const TRIES_MAX = 3;
const RETRY_DELAY_MS = 200;

/**
 * Writes in order, one at a time; what comes while a write runs goes together with the next.
 *
 * A medium that fails for good (a full disk, private browsing) does not stop the sync: the app goes on in memory,
 * and `hasFailed` says that changes would not survive its end.
 */
export class StorageWriter {
  readonly #storage: ClientStorage;
  readonly #namespace: string;
  readonly #environment: Pick<ClientEnvironment, 'setTimer'>;
  readonly #onFailed: () => void;
  #waiting: StorageChange[] = [];
  #next: Promise<void> | undefined;
  #running: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(
    storage: ClientStorage,
    namespace: string,
    environment: Pick<ClientEnvironment, 'setTimer'>,
    onFailed: () => void,
  ) {
    this.#storage = storage;
    this.#namespace = namespace;
    this.#environment = environment;
    this.#onFailed = onFailed;
  }

  /** The last write failed: what was changed since is in memory alone. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves once these are stored, or the medium has failed: look at `hasFailed`. Never rejects. */
  write(changes: readonly StorageChange[]): Promise<void> {
    if (changes.length === 0) return this.#next ?? this.#running;
    this.#waiting.push(...changes);
    if (this.#next === undefined) {
      const next = this.#running.then(() => this.#writeWaiting());
      this.#next = next;
      this.#running = next;
    }
    return this.#next;
  }

  /** Resolves when nothing is being written. */
  settle(): Promise<void> {
    return this.#next ?? this.#running;
  }

  async #writeWaiting(): Promise<void> {
    const changes = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#storage.write(this.#namespace, changes);
        this.#hasFailed = false;
        return;
      } catch {
        if (tries === TRIES_MAX || this.#hasFailed) break;
        await new Promise<void>((resolve) => {
          this.#environment.setTimer(resolve, RETRY_DELAY_MS * tries);
        });
      }
    }
    // They go first next time: a later write must not stand without them.
    this.#waiting = [...changes, ...this.#waiting];
    this.#hasFailed = true;
    this.#onFailed();
  }
}
