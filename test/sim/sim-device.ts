import { opToWire, type DownMessage, type Op, type UpMessage, type WireOp } from '@cuepoint/core';
import { createWatchState, type StorageChange, type WatchState } from '@cuepoint/client';
import { fakeToken } from '../../packages/client/src/testing/fake-service.ts';
import { readClaims } from '../../packages/client/src/connection/token.ts';
import type { StoredEntry } from '../../packages/client/src/outbox/outbox-entry.ts';
import { continueWatchingOf, type ContinueWatching } from '@cuepoint/client/continue-watching';
import type { Chance } from './chance.ts';
import { SimConnection, type Weather } from './connection.ts';
import { SimDisk } from './disk.ts';
import { Violation, type Ledger, type Peer } from './ledger.ts';
import { orderOf, registerOf, stampedKeyOf } from './op-key.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { Knowledge } from './viewing.ts';

export const SERVICE_URL = 'https://media.test';
const ENTRY_PREFIX = 'o/';
const TOKEN_LIFE_MS = 600_000;
const USER_NAMESPACE = /\|[us]\|([^|]+)\|$/;
/** How long an app takes to notice that it was halted. */
const REACT_MS = 1_000;

export interface SimDeviceDeps {
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  readonly knowledge: Knowledge;
  readonly fail: (violation: Violation) => void;
  readonly trace: (line: string) => void;
  /** Opens a connection to some service, or none. */
  readonly connect: (connection: SimConnection) => boolean;
  /** An acknowledgement has arrived. */
  readonly onAcked: (userId: string, op: WireOp) => void;
}

/** A device with its disk, its clock, its network, and the real SDK while its app runs. */
export class SimDevice {
  readonly name: string;
  readonly disk: SimDisk;
  userId: string;
  skewMs = 0;
  weather: Weather = { isStalled: false, delayMaxMs: 30 };
  /** Tags that it knew to be removed at a quiet point: it never shows them again, unless its storage goes back. */
  knownRemoved: ReadonlySet<string> = new Set();
  readonly #deps: SimDeviceDeps;
  readonly #chance: Chance;
  #process: Process | undefined;
  #state: WatchState | undefined;
  #connections = new Set<SimConnection>();
  #lineage = {};
  #backup: { data: ReturnType<SimDisk['backup']> } | undefined;
  /** Each life has its own ids, as each app draws its own. */
  #lives = 0;
  #lastPut = new Map<string, StoredEntry>();
  /** Entries that the app was told are written, and that the disk has not seen yet. */
  readonly #unseen = new Set<string>();

  constructor(name: string, userId: string, chance: Chance, deps: SimDeviceDeps) {
    this.name = name;
    this.userId = userId;
    this.#chance = chance;
    this.#deps = deps;
    this.disk = new SimDisk(chance.of('disk'), {
      stored: (namespace, change) => this.#stored(namespace, change),
      cleared: (namespace, records) => this.#cleared(namespace, records),
    });
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Undefined while the app is starting, and while it does not run. */
  get state(): WatchState | undefined {
    return this.#state;
  }

  /** What its person goes on with. */
  get continueWatching(): ContinueWatching | undefined {
    return this.#state && continueWatchingOf(this.#state, this.#deps.knowledge.description);
  }

  /** As its storage has it; undefined before its first start. */
  get deviceId(): string | undefined {
    return this.disk.records(`${SERVICE_URL}|device|`).get('deviceId') as string | undefined;
  }

  /** Whose replica the app shows, where anybody has said so. */
  get shownUserId(): string | undefined {
    return this.#state?.status.get().userId;
  }

  get namespace(): string {
    return `${SERVICE_URL}|u|${this.userId}|`;
  }

  get hasUnseen(): boolean {
    return this.#unseen.size > 0;
  }

  start(): void {
    if (this.#process !== undefined) return;
    const { scheduler } = this.#deps;
    const process = scheduler.startProcess();
    this.#process = process;
    this.#lives += 1;
    const chance = this.#chance.of(`life ${this.#lives}`);
    const bootedAtMs = scheduler.trueMs;
    const opening = createWatchState({
      url: SERVICE_URL,
      getToken: () => this.#token(),
      device: { deviceType: 'TV', platform: 'sim', appVersion: '1' },
      storage: this.disk.open(process),
      tabs: 'alone',
      createSocket: () => this.#connect(process),
      environment: {
        now: () => scheduler.now() + this.skewMs,
        monotonic: () => scheduler.trueMs - bootedAtMs,
        random: chance.random,
        uuid: chance.uuid,
        setTimer: process.setTimer,
        onSignal: () => () => undefined,
      },
    });
    void opening.then(
      (state) => {
        if (!process.isAlive) return;
        this.#state = state;
        state.status.subscribe(() => this.#onStatus(process));
        state.watchlist.subscribe(() => this.checkNeverBack());
      },
      (error: unknown) => this.#deps.fail(new Violation('crash', `${this.name}: ${String(error)}`)),
    );
  }

  /** The app dies, with its storage at some prefix of what it was writing. */
  crash(): void {
    if (this.#process === undefined) return;
    this.#process.kill();
    this.disk.crash();
    this.#end();
    // A device without power says nothing; one whose app died does.
    const serverHearsMs = this.#chance.isLucky(0.5) ? this.#chance.between(0, 5_000) : undefined;
    for (const connection of this.#connections) {
      connection.client.isDead = true;
      connection.cut(undefined, serverHearsMs);
    }
    this.#connections.clear();
  }

  backUp(): void {
    this.#backup = { data: this.disk.backup() };
  }

  /** Its storage is what it was at the last backup; the app starts anew. */
  restore(): void {
    if (this.#backup === undefined) return;
    this.crash();
    this.disk.restore(this.#backup.data);
    this.#lineage = {};
    this.knownRemoved = new Set();
    this.#lastPut = new Map();
    this.#deps.ledger.forgetAcked(this.name);
    this.#readEntries();
    this.start();
  }

  signIn(userId: string): void {
    this.userId = userId;
    this.#state?.reconnect();
  }

  stall(isCut: boolean): void {
    this.weather = { ...this.weather, isStalled: true };
    if (isCut) this.#cutAll();
  }

  heal(): void {
    if (!this.weather.isStalled) return;
    this.weather = { ...this.weather, isStalled: false };
    // A network that comes back may find its connections reset.
    if (this.#chance.isLucky(0.4)) this.#cutAll();
    for (const connection of this.#connections) connection.resume();
  }

  /** Does what a person does, and sees that it went into the outbox. */
  write(act: (state: WatchState) => boolean): void {
    const state = this.#state;
    if (state === undefined) return;
    const { outbox, acknowledged } = state.inspect();
    const before = new Set(outbox.map(({ id }) => id));
    const isWritten = act(state);
    const added = state.inspect().outbox.filter(({ id }) => !before.has(id));
    const known = [...acknowledged, ...outbox.map(({ op }) => op)];
    this.#checkSeen(
      added.map(({ op }) => op),
      known,
    );
    for (const { op } of added) this.#checkClaim(op, known);
    // Beside a position: `watched` and a play past its end, and the place of another screen. [PLY3] [CLM8]
    const plays = added.filter(({ op }) => op.kind === 'play.add').length;
    const marks = added.filter(({ op }) => isMark(op, 'watched')).length;
    const places = added.filter(({ op }) => isMark(op, 'place')).length;
    // What was said under two names of one content is taken back under both.
    const isTakenBack = added.every(({ op }) => op.kind === 'register.set' && op.value === null);
    const isOne =
      added.length === 1 ||
      isTakenBack ||
      (plays === marks && added.length === 1 + 2 * plays + places);
    if (isWritten && !isOne) {
      this.#deps.fail(new Violation('f', `${this.name}: a write made ${added.length} entries`));
    }
    for (const { id } of added) this.#unseen.add(id);
  }

  /** [ORS2] A remove names what the person saw, and nothing else. (d) */
  #checkSeen(written: readonly Op[], known: readonly Op[]): void {
    const seen = new Set(known.map((op) => (op.kind === 'watchlist.add' ? op.tag : undefined)));
    for (const op of written) {
      const unseen =
        op.kind === 'watchlist.remove' ? op.tags.find((tag) => !seen.has(tag)) : undefined;
      if (unseen === undefined) continue;
      this.#deps.fail(
        new Violation('d', `${this.name} removes ${unseen}, which it has never seen`),
      );
    }
  }

  /** (k) [CLM3] [CLM4] What a person does takes over; what goes on by itself is silent while it could not. */
  #checkClaim(written: Op, known: readonly Op[]): void {
    if (!isProgress(written)) return;
    const order = orderOf(opToWire(written));
    const greater = known.find(
      (op) =>
        op.contentId === written.contentId && isProgress(op) && orderOf(opToWire(op)) >= order,
    );
    if (greater === undefined) return;
    this.#deps.fail(
      new Violation(
        'k',
        `${this.name} writes ${order} of ${written.contentId}, and knows ${JSON.stringify(greater)}`,
      ),
    );
  }

  /** (c) */
  checkNeverBack(): void {
    const state = this.#state;
    if (state === undefined || this.knownRemoved.size === 0) return;
    const removed = new Set<string>();
    const added: string[] = [];
    for (const op of state.inspect().acknowledged) {
      if (op.kind === 'watchlist.remove') for (const tag of op.tags) removed.add(tag);
      else if (op.kind === 'watchlist.add') added.push(op.tag);
    }
    for (const tag of added) {
      if (removed.has(tag) || !this.knownRemoved.has(tag)) continue;
      this.#deps.fail(new Violation('c', `${this.name} shows ${tag} again, which it had removed`));
    }
  }

  #token(): string {
    const { scheduler, ledger } = this.#deps;
    // Good on each instance: what a token is worth by a wrong clock is not what a run is about.
    const expiresAtMs = scheduler.now() + ledger.serviceSkewMaxMs + TOKEN_LIFE_MS;
    const expiresAt = Math.floor(expiresAtMs / 1_000);
    return fakeToken(this.userId, { exp: expiresAt });
  }

  #onStatus(process: Process): void {
    const halted = this.#state?.status.get().haltedBy;
    if (halted === undefined || !process.isAlive) return;
    if (halted === 'device_replaced') {
      this.#deps.fail(
        new Violation('j', `${this.name} was ended by an earlier connection of its own`),
      );
    }
    process.setTimer(() => {
      if (this.#state?.status.get().haltedBy === undefined || this.#process !== process) return;
      if (halted === 'device_revoked') {
        // It comes back under a new id, as the guide for apps has it.
        this.crash();
        this.start();
      } else this.#state.reconnect();
    }, REACT_MS);
  }

  #connect(process: Process) {
    const { scheduler, ledger, trace, connect, onAcked } = this.#deps;
    let peer: Peer | undefined;
    const connection: SimConnection = new SimConnection({
      scheduler,
      chance: this.#chance.of(`connection ${this.#connections.size} ${scheduler.events}`),
      weather: () => this.weather,
      onSent: (text) => {
        const message = JSON.parse(text) as UpMessage;
        trace(`${this.name} sends ${text}`);
        if (message.type === 'hello') peer = this.#peerOf(message);
        else if (peer !== undefined) ledger.sent(peer, message, scheduler.now());
      },
      onArrived: (direction, text) => {
        trace(`${this.name} ${direction} ${text}`);
        if (direction === 'up' || peer === undefined || connection.client.isDead) return;
        const { userId } = peer;
        const acked = ledger.received(peer, JSON.parse(text) as DownMessage, scheduler.now());
        for (const op of acked) onAcked(userId, op);
      },
    });
    this.#connections.add(connection);
    process.setTimer(
      () => {
        if (!connect(connection)) connection.client.closed(1006, '');
      },
      this.#chance.between(0.1, this.weather.delayMaxMs),
    );
    return connection.client;
  }

  #peerOf({ token, device }: Extract<UpMessage, { type: 'hello' }>): Peer {
    const userId = readClaims(token)?.subject ?? '';
    const { deviceId } = device;
    return {
      device: this.name,
      userId,
      deviceId,
      lineage: this.#lineageOf(`${userId} ${deviceId}`),
      pushes: new Map(),
    };
  }

  /** Stamps are of a user's replica on a device: each has a clock of its own. */
  #lineageOf(key: string): object {
    const byKey = this.#lineage as Record<string, object>;
    return (byKey[key] ??= {});
  }

  #cutAll(): void {
    for (const connection of this.#connections) {
      const clientHearsMs = this.#chance.isLucky(0.7) ? this.#chance.between(0, 3_000) : undefined;
      const serverHearsMs = this.#chance.isLucky(0.5) ? this.#chance.between(0, 9_000) : undefined;
      connection.cut(clientHearsMs, serverHearsMs);
    }
    this.#connections.clear();
  }

  #end(): void {
    this.#process = undefined;
    this.#state = undefined;
    this.#unseen.clear();
  }

  #readEntries(): void {
    for (const namespace of this.disk.namespaces()) {
      for (const [key, value] of this.disk.records(namespace)) {
        if (key.startsWith(ENTRY_PREFIX)) {
          this.#lastPut.set(`${namespace} ${key}`, value as StoredEntry);
        }
      }
    }
  }

  #stored(namespace: string, [key, value]: StorageChange): void {
    if (!key.startsWith(ENTRY_PREFIX)) return;
    const full = `${namespace} ${key}`;
    if (value !== undefined) {
      const entry = value as StoredEntry;
      this.#checkKept(this.#lastPut.get(full), entry);
      this.#lastPut.set(full, entry);
      this.#unseen.delete(key.slice(ENTRY_PREFIX.length));
      const owner = USER_NAMESPACE.exec(namespace)?.[1];
      if (owner !== undefined) this.#deps.ledger.owned(this.name, entry.op, owner);
      return;
    }
    const entry = this.#lastPut.get(full);
    this.#lastPut.delete(full);
    if (entry !== undefined) this.#checkLeft(namespace, key, entry);
  }

  /** [SDK3] What was sent keeps its tag and stamp, unless the service has refused them. */
  #checkKept(before: StoredEntry | undefined, { op }: StoredEntry): void {
    if (before === undefined || before.sends === 0) return;
    if (stampedKeyOf(before.op) === stampedKeyOf(op)) return;
    const { ledger, fail } = this.#deps;
    if (ledger.wasRefused(this.name, before.op)) return;
    fail(
      new Violation('h', `${this.name} sent ${stampedKeyOf(before.op)}: now ${stampedKeyOf(op)}`),
    );
  }

  /** [SDK2] No op leaves the outbox without an ack. */
  #checkLeft(namespace: string, key: string, { op, sends }: StoredEntry): void {
    if (this.#deps.ledger.wasAcked(this.name, op)) return;
    // A later write to the register has taken its place.
    const register = registerOf(op);
    const isFolded = [...this.#lastPut].some(
      ([other, later]) =>
        other.startsWith(`${namespace} `) &&
        other > `${namespace} ${key}` &&
        registerOf(later.op) === register,
    );
    if (register !== undefined && isFolded && sends === 0) return;
    this.#deps.fail(
      new Violation('f', `${this.name}: ${JSON.stringify(op)} left the outbox without an ack`),
    );
  }

  #cleared(namespace: string, records: ReadonlyMap<string, unknown>): void {
    for (const [key, value] of records) {
      if (!key.startsWith(ENTRY_PREFIX)) continue;
      const entry = value as StoredEntry;
      this.#lastPut.delete(`${namespace} ${key}`);
      const isAdopted = [...this.#lastPut.keys()].some((full) => full.endsWith(` ${key}`));
      if (!isAdopted) this.#checkLeft(namespace, key, entry);
    }
  }
}

function isProgress({ kind }: Pick<Op, 'kind'>): boolean {
  return kind === 'progress.set' || kind === 'progress.clear';
}

function isMark(op: Op, register: string): boolean {
  return op.kind === 'register.set' && op.register === register && op.value !== null;
}
