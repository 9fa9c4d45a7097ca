import type { ClientStorage, StorageChange } from '@cuepoint/client';
import type { Chance } from './chance.ts';
import type { Process } from './scheduler.ts';

type Records = ReadonlyMap<string, unknown>;

/** Hears of each record as it is stored. */
export interface DiskObserver {
  stored(namespace: string, change: StorageChange): void;
  cleared(namespace: string, records: Records): void;
}

interface PendingWrite {
  readonly namespace: string;
  readonly changes: readonly StorageChange[];
}

/** What a device keeps; apps come and go over it. A crash leaves the first so many records of what was being written. */
export class SimDisk {
  #namespaces = new Map<string, Map<string, unknown>>();
  readonly #pending = new Set<PendingWrite>();
  readonly #chance: Chance;
  readonly #observer: DiskObserver;

  constructor(chance: Chance, observer: DiskObserver) {
    this.#chance = chance;
    this.#observer = observer;
  }

  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  records(namespace: string): Records {
    return this.#namespaces.get(namespace) ?? new Map();
  }

  namespaces(): string[] {
    return [...this.#namespaces.keys()];
  }

  /** The storage of one app, as long as its process lives. */
  open(process: Process): ClientStorage {
    const afterwards = <Answer>(work: () => Answer): Promise<Answer> =>
      new Promise((resolve) => {
        process.setTimer(() => resolve(work()), this.#chance.between(0.05, 4));
      });
    return {
      read: (namespace) => afterwards(() => structuredClone([...this.records(namespace)])),
      write: (namespace, changes) => {
        // Dead processes write nothing: what is left of them runs in a microtask at most.
        if (!process.isAlive) return new Promise(() => undefined);
        const write = { namespace, changes: structuredClone(changes) };
        this.#pending.add(write);
        return afterwards(() => this.#apply(write, changes.length));
      },
      clear: (prefix) =>
        afterwards(() => {
          for (const [namespace, records] of this.#namespaces) {
            if (!namespace.startsWith(prefix)) continue;
            this.#namespaces.delete(namespace);
            this.#observer.cleared(namespace, records);
          }
        }),
    };
  }

  /** Its app died in the middle of what it was writing. */
  crash(): void {
    for (const write of this.#pending) {
      this.#apply(write, this.#chance.below(write.changes.length + 1));
    }
  }

  backup(): ReadonlyMap<string, Records> {
    return structuredClone(this.#namespaces);
  }

  restore(backup: ReadonlyMap<string, Records>): void {
    this.#pending.clear();
    this.#namespaces = structuredClone(backup) as Map<string, Map<string, unknown>>;
  }

  #apply(write: PendingWrite, count: number): void {
    if (!this.#pending.delete(write)) return;
    const { namespace } = write;
    const records = this.#namespaces.get(namespace) ?? new Map<string, unknown>();
    this.#namespaces.set(namespace, records);
    for (const change of write.changes.slice(0, count)) {
      const [key, value] = change;
      if (value === undefined) records.delete(key);
      else records.set(key, value);
      this.#observer.stored(namespace, change);
    }
  }
}
