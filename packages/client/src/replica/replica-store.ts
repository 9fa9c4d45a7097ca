import type { Op } from '@cuepoint/core';
import type { ClientEnvironment } from '../environment.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import { EntryIds } from '../outbox/entry-ids.ts';
import { ServiceClock } from '../outbox/service-clock.ts';
import type { ClientStorage } from '../storage/client-storage.ts';
import { StorageWriter } from '../storage/storage-writer.ts';
import { inTime } from '../in-time.ts';
import type { Place } from '../place.ts';
import { Listeners } from '../subscribable.ts';
import { loadReplica } from './load-replica.ts';
import { changeOf, isOfRun, isShownIn, keepSent, loadPlace } from './whose-entries.ts';
import { recordOfNone, Replica, type ReplicaChange, type Touched } from './replica.ts';

export interface ReplicaStoreDeps {
  readonly storage: ClientStorage;
  readonly environment: ClientEnvironment;
  readonly deviceId: string;
  /** Where what is written waits until somebody says whose it is. [ENG6] */
  readonly nobody: Place;
}

const ALL: Touched = { keys: undefined, outbox: true };
const OUTBOX: Touched = { keys: new Map(), outbox: true };
/** Between tries to read a medium that could not be read. */
const RECOVERY_INTERVAL_MS = 5_000;
const UNREAD = { write: () => Promise.reject(new Error('The storage could not be read.')) };

/**
 * The replica of whoever the app is signed in as, and what keeps it: one a tab. It can change to another user's in
 * the middle. [SDK9]
 */
export class ReplicaStore {
  readonly #deps: ReplicaStoreDeps;
  readonly #ids: EntryIds;
  readonly #changed = new Listeners<[touched: Touched, change: ReplicaChange | undefined]>();
  readonly #committed = new Listeners<[change: ReplicaChange, namespace: string]>();
  /** The namespace of a subject that the welcome gave a user to: all that waited there waits here now. */
  #adoptedFrom: string | undefined;
  /** Of entries under nobody when this run began: whoever wrote them is gone. */
  readonly #leftIds = new Set<string>();
  /** A replica that is being read, and what happened to it meanwhile: the reading may have missed it. */
  #reading: { readonly namespace: string; readonly changes: ReplicaChange[] } | undefined;
  /** Reloads and changes of user, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #place: Place;
  #replica: Replica;
  #clock: ServiceClock;
  #writer: StorageWriter;
  #isClosed = false;
  /** Counts how often the medium lost everything: what was read meanwhile is of neither state. */
  #losses = 0;
  #cancelRecovery: () => void = () => undefined;
  readonly #endListening: (() => void) | undefined;
  /** This tab is the one that connects: what has to be done once for all tabs, it does. [SDK6] */
  isLeading = false;

  private constructor(deps: ReplicaStoreDeps, place: Place) {
    const replica = new Replica();
    this.#deps = deps;
    this.#ids = new EntryIds(deps.environment.uuid().slice(0, 8));
    this.#place = place;
    this.#replica = replica;
    this.#clock = new ServiceClock(deps.environment, replica.meta);
    this.#writer = this.#createWriter(true);
    this.#endListening = deps.storage.onGone?.(() => this.#writeAnew());
  }

  /**
   * Where the medium cannot be read the app begins with nothing, in memory: what the service knows comes again from it,
   * and what waits on the medium waits for the next start.
   */
  static async open(deps: ReplicaStoreDeps, place: Place, withinMs: number): Promise<ReplicaStore> {
    const store = new ReplicaStore(deps, place);
    const noting = loadReplica(deps, deps.nobody).then((left) => {
      for (const { id } of left?.entries() ?? []) store.#leftIds.add(id);
    });
    const loading = Promise.all([store.#load(place), noting]);
    const read = await inTime(loading, withinMs, deps.environment);
    store.#enter(place, read?.[0]);
    // A slow medium: what it holds comes when it comes.
    if (read === undefined) void loading.then(() => store.#recover());
    return store;
  }

  get place(): Place {
    return this.#place;
  }

  get namespace(): string {
    return this.#place.namespace;
  }

  get replica(): Replica {
    return this.#replica;
  }

  get clock(): ServiceClock {
    return this.#clock;
  }

  get hasStorageFailed(): boolean {
    return this.#writer.hasFailed || this.#deps.storage.isVolatile === true;
  }

  /** Hears of every change, of this tab and of others; without the change where everything was read anew. */
  get onChanged() {
    return this.#changed.subscribe;
  }

  /** Hears of the changes that this tab made, once they are stored: other tabs have to be told. */
  get onCommitted() {
    return this.#committed.subscribe;
  }

  /** Whether what waited in a namespace waits in this one now. */
  hasAdopted(namespace: string, id: string): boolean {
    if (namespace === this.#adoptedFrom) return true;
    return namespace === this.#deps.nobody.namespace && this.#replica.entry(id) !== undefined;
  }

  /** Whether this tab has written it, since it was opened. */
  isOfThisRun(entryId: string): boolean {
    return entryId.endsWith(this.#ids.writerId);
  }

  nextEntryId(): string {
    return this.#ids.next(this.#clock.nowMs());
  }

  /**
   * Applies a change at once and stores it.
   *
   * @returns resolves once it survives the end of the process, or the storage has failed. Never rejects.
   */
  async commit(change: ReplicaChange): Promise<void> {
    const { namespace } = this.#place;
    const { touched, records } = this.#replica.commit(change);
    this.#receive(change.fold ?? []);
    if (this.#reading?.namespace === namespace) this.#reading.changes.push(change);
    // Before anybody hears of it: what a listener writes in answer is stored after it.
    const stored = this.#isClosed ? Promise.resolve() : this.#writer.write(records);
    this.#changed.notify(touched, change);
    await stored;
    this.#committed.notify(change, namespace);
  }

  /** The page may be gone at any moment: what is not stored yet is kept at once, for its next start. [ENG5] */
  note(): void {
    this.#writer.note();
  }

  /** A change that another tab made and stored. */
  applyOfOtherTab(change: ReplicaChange, namespace: string): void {
    if (this.#reading?.namespace === namespace) this.#reading.changes.push(change);
    if (namespace !== this.namespace) {
      // A tab that has not heard yet which user its subject is.
      if (this.#adoptedFrom === namespace) void this.commit(changeOf(this.#place, change));
      return;
    }
    const { kept, applied } = this.isLeading
      ? keepSent(this.#replica, change)
      : { kept: [], applied: change };
    const touched = this.#replica.applyStored(applied);
    this.#receive(change.fold ?? []);
    for (const entry of change.put ?? []) {
      this.#ids.passed(entry);
      // One stamp for one change, whichever tab made it. [LWW3]
      this.#clock.receive(entry.op.timestamp);
    }
    if (change.meta?.lastSent !== undefined) this.#clock.sent(change.meta.lastSent);
    this.#changed.notify(touched, applied);
    if (kept.length > 0) void this.commit({ put: kept });
  }

  /** What waits is this device's, which has another id since. [ENG3] */
  claim(): void {
    this.#replica.claim({ deviceId: this.#deps.deviceId, userId: this.#place.userId });
    this.#changed.notify(ALL, undefined);
  }

  /** Reads everything again: another tab put a whole state in place, or this one missed changes. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const replica = await this.#read(this.#place);
      // Where the medium fails this tab knows more than it.
      if (replica !== undefined && !this.#writer.hasFailed) this.#install(replica);
    });
  }

  /**
   * Changes to another user's replica. [SDK9] What this run wrote under nobody goes along: it is whoever's the run's
   * token names. [ENG6]
   *
   * @param adopt whether all that waits in this outbox is that user's: it is of a subject whom the welcome has named.
   */
  switchTo(place: Place, { adopt }: { readonly adopt: boolean }): Promise<void> {
    return this.#inTurn(async () => {
      const left = this.#place;
      const leftWriter = this.#writer;
      if (place.namespace === left.namespace && place.below === left.below) return;
      const read = await this.#read(place);
      const isSame = place.namespace === left.namespace;
      // Where the medium fails this tab knows more than it.
      if (isSame && (read === undefined || leftWriter.hasFailed)) return;
      const adopted = this.#replica
        .entries()
        .filter(
          (entry) => !isSame && (left.isNobodys ? isOfRun(this.#ids.writerId, entry) : adopt),
        );
      const change = changeOf(place, { put: adopted });
      // Before anybody looks: whoever waits for them must not take them for acknowledged.
      read?.applyStored(change);
      const isWhole = adopt && !left.isNobodys;
      this.#adoptedFrom = isWhole ? left.namespace : undefined;
      this.#enter(place, read, change);
      if (adopted.length > 0) await this.commit(change);
      await leftWriter.settle();
      if (this.#writer.hasFailed) return;
      if (isWhole) await this.#clear(left.namespace);
      else await this.#forget(left, adopted);
    });
  }

  /** What was left under nobody by runs that ended before they knew whose it was. By one tab, once for each run. */
  takeLeft(): Promise<void> {
    return this.#inTurn(async () => {
      const { isNobodys, userId } = this.#place;
      if (!this.isLeading || isNobodys || this.#leftIds.size === 0) return;
      const { nobody } = this.#deps;
      const left = await loadReplica(this.#deps, nobody);
      const taken = (left?.entries() ?? []).filter(
        ({ id, shownUserId }) => this.#leftIds.has(id) && (shownUserId ?? userId) === userId,
      );
      if (taken.length === 0) return;
      await this.commit(changeOf(this.#place, { put: taken }));
      if (!this.#writer.hasFailed) await this.#forget(nobody, taken);
    });
  }

  /** Forgets everything of this user, here and on disk. */
  wipe(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#writer.settle();
      this.#install(new Replica());
      await this.#clear(this.namespace);
      this.#committed.notify({ replace: this.#replica.acknowledged }, this.namespace);
    });
  }

  /** What waits under nobody and is this user's: shown here, and not another's. */
  forgetNobodys(): Promise<void> {
    const { userId, isNobodys } = this.#place;
    const { nobody } = this.#deps;
    return this.#inTurn(async () => {
      const left = await loadReplica(this.#deps, nobody);
      const own = (left?.entries() ?? []).filter(
        (entry) =>
          isOfRun(this.#ids.writerId, entry) ||
          (isNobodys
            ? isShownIn(this.#place, entry, this.#ids.writerId)
            : userId !== undefined && entry.shownUserId === userId),
      );
      await this.#forget(nobody, own);
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
    this.#writer.close();
    this.#cancelRecovery();
    this.#endListening?.();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (!this.#isClosed) await work();
    });
    return this.#turn;
  }

  async #read(place: Place): Promise<Replica | undefined> {
    const reading = { namespace: place.namespace, changes: [] as ReplicaChange[] };
    this.#reading = reading;
    await this.#writer.settle();
    let losses: number;
    let replica: Replica | undefined;
    do {
      losses = this.#losses;
      await this.#writer.settle();
      replica = await this.#load(place);
    } while (losses !== this.#losses);
    this.#reading = undefined;
    for (const change of reading.changes) replica?.applyStored(change);
    return replica;
  }

  #load(place: Place): Promise<Replica | undefined> {
    return loadPlace(this.#deps, place, this.#ids.writerId);
  }

  /** The medium lost everything under this page, which has it all in memory. [ENG7] */
  #writeAnew(): void {
    this.#losses += 1;
    const { isNobodys } = this.#place;
    if (!isNobodys) void this.#writer.write(this.#replica.records());
    else {
      const put = this.#replica.entries().filter(({ userId }) => userId === undefined);
      void this.#writer.write(this.#replica.commit({ put }).records);
    }
  }

  #recoverLater(isRead: boolean): void {
    this.#cancelRecovery();
    if (isRead) return;
    const { environment } = this.#deps;
    this.#cancelRecovery = environment.setTimer(() => void this.#recover(), RECOVERY_INTERVAL_MS);
  }

  /** What could not be read, or not in time, can be now: what is in memory goes on top of it. [ENG7] [ENG8] */
  #recover(): Promise<void> {
    return this.#inTurn(async () => {
      const read = await this.#read(this.#place);
      if (read === undefined) {
        this.#recoverLater(false);
        return;
      }
      this.#cancelRecovery();
      const { acknowledged, meta } = this.#replica;
      const put = [...this.#replica.entries()];
      const ops = acknowledged.ops();
      const { cursor, lastSent = read.meta.lastSent } = meta;
      this.#writer.close();
      this.#writer = this.#createWriter(true);
      // Before anybody looks: whoever waits for them must not take them for acknowledged.
      read.applyStored({ put });
      this.#install(read);
      if (read.meta.lastSent !== undefined) this.#clock.sent(read.meta.lastSent);
      // With a cursor the service has told everything; without one, what it told is on top.
      await this.commit(
        cursor === undefined
          ? { fold: ops, put }
          : { replace: acknowledged, put, meta: { ...meta, lastSent } },
      );
    });
  }

  async #forget({ namespace }: Place, entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { storage } = this.#deps;
    await storage.write(namespace, entries.map(recordOfNone)).catch(() => undefined);
  }

  /** @param adopted what comes along where the medium could not be read. */
  #enter(place: Place, read: Replica | undefined, adopted?: ReplicaChange): void {
    const replica = read ?? new Replica();
    if (read === undefined && adopted !== undefined) replica.applyStored(adopted);
    this.#place = place;
    this.#writer.close();
    this.#writer = this.#createWriter(read !== undefined);
    this.#recoverLater(read !== undefined);
    this.#ids.restart();
    this.#clock = new ServiceClock(this.#deps.environment, replica.meta);
    this.#install(replica);
    if (read !== undefined) this.#writer.copy();
  }

  #clear(namespace: string): Promise<void> {
    return this.#deps.storage.clear(namespace).catch(() => undefined);
  }

  /** What could not be read is not written over: a new cursor beside old records would be a state that never was. */
  #createWriter(isRead: boolean): StorageWriter {
    const { storage, environment } = this.#deps;
    return new StorageWriter(
      isRead ? storage : UNREAD,
      this.namespace,
      environment,
      () => this.#changed.notify(OUTBOX, {}),
      !isRead,
      () => this.#replica.outboxRecords(this.#place.isNobodys),
    );
  }

  #install(replica: Replica): void {
    this.#replica = replica;
    this.#follow(replica);
    this.#changed.notify(ALL, undefined);
  }

  #follow(replica: Replica): void {
    for (const entry of replica.entries()) {
      this.#ids.passed(entry);
      if (entry.sends > 0) this.#clock.sent(entry.op.timestamp);
      this.#clock.receive(entry.op.timestamp);
    }
    this.#receive(replica.acknowledged.ops());
  }

  #receive(ops: Iterable<Op>): void {
    for (const op of ops) this.#clock.receive(op.timestamp);
  }
}
