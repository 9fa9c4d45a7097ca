import type { ClientEnvironment } from '../environment.ts';
import { ENTRY_PREFIX } from '../outbox/outbox-entry.ts';
import type { ClientStorage, StorageChange } from './client-storage.ts';

/** Tries of one write before the device counts as one that keeps nothing. */
const TRIES_MAX = 3;
const RETRY_DELAY_MS = 200;
/** After that, while nothing else is written. */
const RETRY_LATER_MS = 5_000;
/** Records that wait for a medium that fails, before those that were overwritten since are left out. */
const WAITING_MAX = 10_000;
/** Written together: a first sync has tens of thousands, and each is copied in the turn that writes it. */
export const RECORDS_PER_WRITE_MAX = 500;

/**
 * Writes in order, one at a time; what comes while a write runs goes together with the next.
 *
 * A medium that fails for good (a full disk, private browsing) does not stop the sync: the app goes on in memory,
 * and `hasFailed` says that changes would not survive its end.
 */
export class StorageWriter {
  readonly #storage: Pick<ClientStorage, 'write' | 'note' | 'copy'>;
  readonly #namespace: string;
  readonly #environment: Pick<ClientEnvironment, 'setTimer'>;
  readonly #onFailedChanged: () => void;
  #waiting: StorageChange[] = [];
  /** What the write that runs has not stored yet. */
  #writing: readonly StorageChange[] = [];
  #note: ((changes: readonly StorageChange[]) => void) | undefined;
  #copy: ((outbox: () => StorageChange[]) => void) | undefined;
  readonly #outbox: () => StorageChange[];
  #next: Promise<void> | undefined;
  #running: Promise<void> = Promise.resolve();
  #hasFailed: boolean;
  #cancelRetry: () => void = () => undefined;

  constructor(
    storage: Pick<ClientStorage, 'write' | 'note' | 'copy'>,
    namespace: string,
    environment: Pick<ClientEnvironment, 'setTimer'>,
    onFailedChanged: () => void,
    hasFailed = false,
    outbox: () => StorageChange[] = () => [],
  ) {
    this.#outbox = outbox;
    this.#hasFailed = hasFailed;
    this.#storage = storage;
    this.#namespace = namespace;
    this.#environment = environment;
    this.#onFailedChanged = onFailedChanged;
  }

  /** The last write failed: what was changed since is in memory alone. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves once these are stored, or the medium has failed: look at `hasFailed`. Never rejects. */
  write(changes: readonly StorageChange[]): Promise<void> {
    if (changes.length === 0) return this.settle();
    return this.#push(changes);
  }

  #push(changes: readonly StorageChange[]): Promise<void> {
    // One by one: a whole state has more records than a call may have arguments.
    for (const change of changes) this.#waiting.push(change);
    if (this.#next === undefined) {
      const next = this.#running.then(() => this.#writeWaiting());
      this.#next = next;
      this.#running = next;
    }
    return this.#next;
  }

  /** What is of the outbox and not stored yet is kept at once: the page may be gone at any moment. [ENG5] */
  note(): void {
    const changes = [...this.#writing, ...this.#waiting].filter(([key]) =>
      key.startsWith(ENTRY_PREFIX),
    );
    this.#note ??= this.#storage.note?.(this.#namespace);
    this.#note?.(changes);
  }

  /** Beside a medium that has failed once, what waits is kept twice. [ENG7] */
  copy(): void {
    this.#copy ??= this.#storage.copy?.(this.#namespace);
    this.#copy?.(this.#outbox);
  }

  /** It tries no more. */
  close(): void {
    this.#cancelRetry();
  }

  /** Resolves when nothing is being written. */
  settle(): Promise<void> {
    return this.#next ?? this.#running;
  }

  async #writeWaiting(): Promise<void> {
    const changes = this.#waiting;
    this.#writing = changes;
    this.#waiting = [];
    this.#next = undefined;
    this.#cancelRetry();
    let written = 0;
    for (let tries = 1; ; tries += 1) {
      try {
        do {
          const some = changes.slice(written, written + RECORDS_PER_WRITE_MAX);
          await this.#storage.write(this.#namespace, some);
          written += some.length;
        } while (written < changes.length);
        this.#writing = [];
        if (this.#note !== undefined) this.note();
        this.copy();
        this.#setFailed(false);
        return;
      } catch {
        if (tries === TRIES_MAX || this.#hasFailed) break;
        await new Promise<void>((resolve) => {
          this.#environment.setTimer(resolve, RETRY_DELAY_MS * tries);
        });
      }
    }
    // They go first next time: a later write must not stand without them.
    const waiting = [...changes.slice(written), ...this.#waiting];
    this.#writing = [];
    this.#waiting = waiting.length > WAITING_MAX ? latestOfEach(waiting) : waiting;
    this.#setFailed(true);
    // A disk has room again, a person allows it: by itself, whether the app writes or not. [ENG7]
    this.#cancelRetry = this.#environment.setTimer(() => void this.#push([]), RETRY_LATER_MS);
  }

  #setFailed(hasFailed: boolean): void {
    if (this.#hasFailed === hasFailed) return;
    this.#hasFailed = hasFailed;
    this.#onFailedChanged();
  }
}

/** The last change of each key, in the order of these. */
function latestOfEach(changes: readonly StorageChange[]): StorageChange[] {
  const latest = new Map<string, StorageChange>();
  for (const change of changes) {
    latest.delete(change[0]);
    latest.set(change[0], change);
  }
  return [...latest.values()];
}
