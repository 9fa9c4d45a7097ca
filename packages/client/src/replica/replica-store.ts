import type { Op } from '@cuepoint/core';
import type { ClientEnvironment } from '../environment.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import { ServiceClock } from '../outbox/service-clock.ts';
import type { ClientStorage } from '../storage/client-storage.ts';
import { StorageWriter } from '../storage/storage-writer.ts';
import { Listeners } from '../subscribable.ts';
import { loadReplica } from './load-replica.ts';
import { Replica, type ReplicaChange, type Touched } from './replica.ts';

export interface ReplicaStoreDeps {
  readonly storage: ClientStorage;
  readonly environment: ClientEnvironment;
  readonly deviceId: string;
}

const ALL: Touched = { watchlist: true, progress: true, outbox: true };
const SEQUENCE_DIGITS = 12;
const UNREAD = { write: () => Promise.reject(new Error('The storage could not be read.')) };

/**
 * The replica of whoever the app is signed in as, and what keeps it: one a tab. It can change to another user's in
 * the middle. [SDK9]
 */
export class ReplicaStore {
  readonly #deps: ReplicaStoreDeps;
  /** Tells this tab's entries from those of another that has counted as far. */
  readonly #writerId: string;
  readonly #changed = new Listeners<[touched: Touched, change: ReplicaChange | undefined]>();
  readonly #committed = new Listeners<[change: ReplicaChange, namespace: string]>();
  readonly #adoptedFrom = new Set<string>();
  /** A replica that is being read, and what happened to it meanwhile: the reading may have missed it. */
  #reading: { readonly namespace: string; readonly changes: ReplicaChange[] } | undefined;
  /** Reloads and changes of user, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #namespace: string;
  #replica: Replica;
  #clock: ServiceClock;
  #writer: StorageWriter;
  #sequence = 0;
  #isClosed = false;
  /** This tab is the one that connects: what has to be done once for all tabs, it does. [SDK6] */
  isLeading = false;

  private constructor(deps: ReplicaStoreDeps, namespace: string, read: Replica | undefined) {
    const replica = read ?? new Replica();
    this.#deps = deps;
    this.#writerId = deps.environment.uuid().slice(0, 8);
    this.#namespace = namespace;
    this.#replica = replica;
    this.#clock = new ServiceClock(deps.environment, replica.meta);
    this.#writer = this.#createWriter(read !== undefined);
    this.#follow(replica);
  }

  /**
   * Where the medium cannot be read the app begins with nothing, in memory: what the service knows comes again from it,
   * and what waits on the medium waits for the next start.
   */
  static async open(deps: ReplicaStoreDeps, namespace: string): Promise<ReplicaStore> {
    return new ReplicaStore(deps, namespace, await loadReplica(deps, namespace));
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

  /** Hears of every change, of this tab and of others; without the change where everything was read anew. */
  get onChanged() {
    return this.#changed.subscribe;
  }

  /** Hears of the changes that this tab made, once they are stored: other tabs have to be told. */
  get onCommitted() {
    return this.#committed.subscribe;
  }

  /** Whether what waited in that namespace waits in this one now. */
  hasAdopted(namespace: string): boolean {
    return this.#adoptedFrom.has(namespace);
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
    const namespace = this.#namespace;
    const { touched, records } = this.#replica.commit(change);
    this.#receive(change.fold ?? change.replace ?? []);
    if (this.#reading?.namespace === namespace) this.#reading.changes.push(change);
    // Before anybody hears of it: what a listener writes in answer is stored after it.
    const stored = this.#isClosed ? Promise.resolve() : this.#writer.write(records);
    this.#changed.notify(touched, change);
    await stored;
    this.#committed.notify(change, namespace);
  }

  /** A change that another tab made and stored. */
  applyOfOtherTab(change: ReplicaChange, namespace: string): void {
    if (this.#reading?.namespace === namespace) this.#reading.changes.push(change);
    if (namespace !== this.#namespace) {
      // A tab that has not heard yet who the user is.
      if (this.#adoptedFrom.has(namespace)) void this.commit(change);
      return;
    }
    const { kept, applied } = this.#keepSent(change);
    const touched = this.#replica.applyStored(applied);
    this.#receive(change.fold ?? []);
    for (const entry of change.put ?? []) {
      this.#countFrom(entry);
      // One stamp for one change, whichever tab made it. [LWW3]
      this.#clock.receive(entry.op.timestamp);
    }
    if (change.meta?.lastSent !== undefined) this.#clock.sent(change.meta.lastSent);
    this.#changed.notify(touched, applied);
    if (kept.length > 0) void this.commit({ put: kept });
  }

  /** Reads everything again: another tab put a whole state in place, or this one missed changes. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const namespace = this.#namespace;
      const replica = await this.#read(namespace);
      // Where the medium fails this tab knows more than it.
      if (replica !== undefined && !this.#writer.hasFailed) this.#install(replica);
    });
  }

  /**
   * Changes to another user's replica. [SDK9]
   *
   * @param adopt whether what waits in this outbox is that user's: it was made before anybody had said who it was.
   */
  switchTo(namespace: string, { adopt }: { readonly adopt: boolean }): Promise<void> {
    return this.#inTurn(async () => {
      const left = this.#namespace;
      const leftWriter = this.#writer;
      if (namespace === left) return;
      const read = await this.#read(namespace);
      const replica = read ?? new Replica();
      const adopted = adopt ? [...this.#replica.entries()] : [];
      // Before anybody looks: whoever waits for them must not take them for acknowledged.
      replica.applyStored({ put: adopted });
      this.#adoptedFrom.clear();
      if (adopt) this.#adoptedFrom.add(left);
      this.#namespace = namespace;
      this.#writer = this.#createWriter(read !== undefined);
      this.#sequence = 0;
      this.#clock = new ServiceClock(this.#deps.environment, replica.meta);
      this.#install(replica);
      if (!adopt) return;
      if (adopted.length > 0) await this.commit({ put: adopted });
      await leftWriter.settle();
      if (!this.#writer.hasFailed) await this.#clear(left);
    });
  }

  /** Forgets everything of this user, here and on disk. */
  wipe(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#writer.settle();
      this.#install(new Replica());
      await this.#clear(this.#namespace);
      this.#committed.notify({ replace: [] }, this.#namespace);
    });
  }

  /** Resolves when nothing is being read or written. */
  async settle(): Promise<void> {
    await this.#turn;
    await this.#writer.settle();
  }

  /** From now on nothing is stored any more. */
  close(): void {
    this.#isClosed = true;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (!this.#isClosed) await work();
    });
    return this.#turn;
  }

  async #read(namespace: string): Promise<Replica | undefined> {
    const reading = { namespace, changes: [] as ReplicaChange[] };
    this.#reading = reading;
    await this.#writer.settle();
    const replica = await loadReplica(this.#deps, namespace);
    this.#reading = undefined;
    for (const change of reading.changes) replica?.applyStored(change);
    return replica;
  }

  #clear(namespace: string): Promise<void> {
    return this.#deps.storage.clear(namespace).catch(() => undefined);
  }

  /** What could not be read is not written over: a new cursor beside old records would be a state that never was. */
  #createWriter(isRead: boolean): StorageWriter {
    const { storage, environment } = this.#deps;
    return new StorageWriter(
      isRead ? storage : UNREAD,
      this.#namespace,
      environment,
      () => this.#changed.notify({ watchlist: false, progress: false, outbox: true }, {}),
      !isRead,
    );
  }

  /**
   * Another tab folded a change that this one has sent meanwhile: it may be stored, and stays until its answer.
   * [SDK2] [SDK4]
   */
  #keepSent(change: ReplicaChange): { kept: OutboxEntry[]; applied: ReplicaChange } {
    const { drop = [], foldedInto } = change;
    if (!this.isLeading || foldedInto === undefined) return { kept: [], applied: change };
    const kept = drop.flatMap((id) => {
      const entry = this.#replica.entry(id);
      return entry === undefined || entry.state === 'unsent' ? [] : [entry];
    });
    const keptIds = new Set(kept.map(({ id }) => id));
    return { kept, applied: { ...change, drop: drop.filter((id) => !keptIds.has(id)) } };
  }

  #install(replica: Replica): void {
    this.#replica = replica;
    this.#follow(replica);
    this.#changed.notify(ALL, undefined);
  }

  #follow(replica: Replica): void {
    for (const entry of replica.entries()) {
      this.#countFrom(entry);
      if (entry.sends > 0) this.#clock.sent(entry.op.timestamp);
      this.#clock.receive(entry.op.timestamp);
    }
    this.#receive(replica.acknowledged.ops());
  }

  #receive(ops: Iterable<Op>): void {
    for (const op of ops) this.#clock.receive(op.timestamp);
  }

  #countFrom({ id }: OutboxEntry): void {
    const sequence = Number.parseInt(id, 10);
    if (sequence > this.#sequence) this.#sequence = sequence;
  }
}
