import type { Op } from '@cuepoint/core';
import type { ClientEnvironment } from '../environment.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import { ServiceClock } from '../outbox/service-clock.ts';
import type { ClientStorage } from '../storage/client-storage.ts';
import { StorageWriter } from '../storage/storage-writer.ts';
import { Listeners } from '../subscribable.ts';
import { Replica, type ReplicaChange, type Touched } from './replica.ts';

export interface ReplicaStoreDeps {
  readonly storage: ClientStorage;
  readonly environment: ClientEnvironment;
}

const ALL: Touched = { watchlist: true, progress: true, outbox: true };
const SEQUENCE_DIGITS = 12;

/**
 * The replica of whoever the app is signed in as, and what keeps it: one a tab. It can change to another user's in
 * the middle. [SDK9]
 */
export class ReplicaStore {
  readonly #deps: ReplicaStoreDeps;
  /** Tells this tab's entries from those of another that has counted as far. */
  readonly #writerId: string;
  readonly #changed = new Listeners<[touched: Touched]>();
  readonly #committed = new Listeners<[change: ReplicaChange]>();
  #namespace: string;
  #replica: Replica;
  #clock: ServiceClock;
  #writer: StorageWriter;
  #sequence = 0;

  private constructor(deps: ReplicaStoreDeps, namespace: string, replica: Replica) {
    this.#deps = deps;
    this.#writerId = deps.environment.uuid().slice(0, 8);
    this.#namespace = namespace;
    this.#replica = replica;
    this.#clock = new ServiceClock(deps.environment, replica.meta);
    this.#writer = this.#createWriter();
    this.#follow(replica);
  }

  /** A medium that cannot be read is like an empty one: what it held comes again from the service. */
  static async open(deps: ReplicaStoreDeps, namespace: string): Promise<ReplicaStore> {
    return new ReplicaStore(deps, namespace, await loadReplica(deps.storage, namespace));
  }

  get namespace(): string {
    return this.#namespace;
  }

  get replica(): Replica {
    return this.#replica;
  }

  get clock(): ServiceClock {
    return this.#clock;
  }

  get hasStorageFailed(): boolean {
    return this.#writer.hasFailed;
  }

  /** Hears of every change, of this tab and of others. */
  get onChanged() {
    return this.#changed.subscribe;
  }

  /** Hears of the changes that this tab made, once they are stored: other tabs have to be told. */
  get onCommitted() {
    return this.#committed.subscribe;
  }

  nextEntryId(): string {
    this.#sequence += 1;
    return `${String(this.#sequence).padStart(SEQUENCE_DIGITS, '0')}.${this.#writerId}`;
  }

  /**
   * Applies a change at once and stores it.
   *
   * @returns resolves once it survives the end of the process, or the storage has failed. Never rejects.
   */
  async commit(change: ReplicaChange): Promise<void> {
    const { touched, records } = this.#replica.commit(change);
    this.#receive(change.fold ?? change.replace ?? []);
    this.#changed.notify(touched);
    const namespace = this.#namespace;
    await this.#writer.write(records);
    if (namespace === this.#namespace) this.#committed.notify(change);
  }

  /** A change that another tab made and stored. */
  applyOfOtherTab(change: ReplicaChange): void {
    const touched = this.#replica.apply(change);
    this.#receive(change.fold ?? []);
    for (const entry of change.put ?? []) this.#countFrom(entry);
    this.#changed.notify(touched);
  }

  /** Reads everything again: another tab put a whole state in place, or this one slept through changes. */
  async reload(): Promise<void> {
    const namespace = this.#namespace;
    await this.#writer.settle();
    const replica = await loadReplica(this.#deps.storage, namespace);
    if (namespace === this.#namespace) this.#install(replica);
  }

  /**
   * Changes to another user's replica. [SDK9]
   *
   * @param adopt whether what waits in this outbox is that user's: it was made before anybody had said who it was.
   */
  async switchTo(namespace: string, { adopt }: { readonly adopt: boolean }): Promise<void> {
    const left = this.#namespace;
    await this.#writer.settle();
    const replica = await loadReplica(this.#deps.storage, namespace);
    const adopted = adopt ? [...this.#replica.entries()] : [];
    // Before anybody looks: whoever waits for them must not take them for acknowledged.
    replica.apply({ put: adopted });
    this.#namespace = namespace;
    this.#writer = this.#createWriter();
    this.#sequence = 0;
    this.#clock = new ServiceClock(this.#deps.environment, replica.meta);
    this.#install(replica);
    if (adopted.length === 0) return;
    await this.commit({ put: adopted });
    await this.#deps.storage.clear(left).catch(() => undefined);
  }

  /** Forgets everything of this user, here and on disk. */
  async wipe(): Promise<void> {
    await this.#writer.settle();
    this.#install(new Replica());
    await this.#deps.storage.clear(this.#namespace).catch(() => undefined);
  }

  /** Resolves when nothing is being written. */
  settle(): Promise<void> {
    return this.#writer.settle();
  }

  #createWriter(): StorageWriter {
    const { storage, environment } = this.#deps;
    return new StorageWriter(storage, this.#namespace, environment, () =>
      this.#changed.notify({ watchlist: false, progress: false, outbox: true }),
    );
  }

  #install(replica: Replica): void {
    this.#replica = replica;
    this.#follow(replica);
    this.#changed.notify(ALL);
  }

  #follow(replica: Replica): void {
    for (const entry of replica.entries()) this.#countFrom(entry);
    const { set, registers } = replica.acknowledged;
    for (const { added, removed } of set.entries()) {
      if (added !== null) this.#clock.receive(added.timestamp);
      if (removed !== null) this.#clock.receive(removed.timestamp);
    }
    this.#receive(registers.values());
  }

  #receive(ops: Iterable<Op>): void {
    for (const op of ops) this.#clock.receive(op.timestamp);
  }

  #countFrom({ id }: OutboxEntry): void {
    const sequence = Number.parseInt(id, 10);
    if (sequence > this.#sequence) this.#sequence = sequence;
  }
}

async function loadReplica(storage: ClientStorage, namespace: string): Promise<Replica> {
  try {
    return Replica.fromRecords(await storage.read(namespace));
  } catch {
    return new Replica();
  }
}
