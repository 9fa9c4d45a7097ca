import type { ClientStorage, StorageChange } from '../storage/client-storage.ts';
import { memoryStorage } from '../storage/memory-storage.ts';

/** Storage that outlives its apps, and fails, waits or dies in the middle when a test says so. */
export class FakeStorage implements ClientStorage {
  /** Every record that was written, one by one, in order. */
  readonly written: [namespace: string, change: StorageChange][] = [];
  isFailing = false;
  readonly #inner: ClientStorage = memoryStorage();
  readonly #namespaces = new Set<string>();
  /** What pages have left, by namespace. */
  readonly notes = new Map<object, [namespace: string, changes: readonly StorageChange[]]>();
  #recordsLeft = Number.POSITIVE_INFINITY;
  #held: Promise<void> | undefined;
  #answersHeld: Promise<void> | undefined;
  #release: () => void = () => undefined;

  async read(namespace: string): Promise<[string, unknown][]> {
    await this.#held;
    this.#requireWorking();
    for (const [key, [of, changes]] of this.notes) {
      if (of !== namespace) continue;
      await this.#inner.write(namespace, changes);
      this.#namespaces.add(namespace);
      this.notes.delete(key);
    }
    const records = await this.#inner.read(namespace);
    await this.#answersHeld;
    return records;
  }

  async write(namespace: string, changes: readonly StorageChange[]): Promise<void> {
    await this.#held;
    for (const change of changes) {
      this.#requireWorking();
      if (this.#recordsLeft <= 0) throw new Error('the device is dead');
      this.#recordsLeft -= 1;
      await this.#inner.write(namespace, [change]);
      this.#namespaces.add(namespace);
      this.written.push([namespace, change]);
    }
  }

  note(namespace: string): (changes: readonly StorageChange[]) => void {
    const key = {};
    return (changes) => {
      if (changes.length === 0) this.notes.delete(key);
      else this.notes.set(key, [namespace, changes]);
    };
  }

  async clear(prefix: string): Promise<void> {
    await this.#held;
    this.#requireWorking();
    for (const [key, [namespace]] of this.notes) {
      if (namespace.startsWith(prefix)) this.notes.delete(key);
    }
    if (this.#recordsLeft > 0) await this.#inner.clear(prefix);
  }

  /** Everything waits until what this returns is called. */
  hold(): () => void {
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
    return () => {
      this.#held = undefined;
      this.#release();
    };
  }

  /** What is read is of now, and comes when what this returns is called. */
  holdAnswers(): () => void {
    let release: () => void = () => undefined;
    this.#answersHeld = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#answersHeld = undefined;
      release();
    };
  }

  /** The device dies once so many more records are written. */
  dieAfter(records: number): void {
    this.#recordsLeft = records;
  }

  /** What the next app finds: this storage as it is now, alive. */
  async reborn(): Promise<FakeStorage> {
    const next = new FakeStorage();
    for (const namespace of await this.namespaces()) {
      await next.#inner.write(namespace, await this.#inner.read(namespace));
      next.#namespaces.add(namespace);
    }
    for (const [key, note] of this.notes) next.notes.set(key, note);
    return next;
  }

  /** All namespaces that hold something. */
  async namespaces(): Promise<string[]> {
    const found: string[] = [];
    for (const namespace of this.#namespaces) {
      if ((await this.#inner.read(namespace)).length > 0) found.push(namespace);
    }
    return found;
  }

  #requireWorking(): void {
    if (this.isFailing) throw new Error('the disk is full');
  }
}
