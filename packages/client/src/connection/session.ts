import {
  HEARTBEAT_INTERVAL_MS,
  OP_KINDS,
  PROTOCOL_VERSION,
  wireToOp,
  type Changes,
  type DownMessage,
  type ErrorMessage,
  type HelloDevice,
  type Op,
  type ORSetEntry,
  type Presence,
  type ReceiveCommand,
  type Welcome,
  type WireOp,
} from '@cuepoint/core';
import { Acknowledged } from '../replica/acknowledged.ts';
import { keyOf } from '../replica/op-key.ts';
import { SentCommands } from '../devices/commands.ts';
import type { ClientEnvironment } from '../environment.ts';
import { entryToRepeat } from '../outbox/record-op.ts';
import { noticeClockJump } from '../outbox/clock-jump.ts';
import { Pump } from '../outbox/pump.ts';
import type { ReplicaChange } from '../replica/replica.ts';
import type { ReplicaStore } from '../replica/replica-store.ts';

export interface SessionDeps {
  readonly store: ReplicaStore;
  readonly deviceId: string;
  readonly environment: ClientEnvironment;
  readonly send: (text: string) => void;
  readonly onLost: () => void;
  /** What came is being taken in, piece by piece. */
  readonly onProgress: () => void;
  /** The last page of the welcome is stored in memory. */
  readonly onWelcomed: () => void;
  /** @returns `undefined` where this replica is that user's; else resolves once that one is in its place. [SDK9] */
  readonly onUser: (userId: string) => Promise<void> | undefined;
  readonly onPresence: (presence: Presence) => void;
  readonly onCommand: (command: ReceiveCommand) => void;
  /** An error of the session as a whole. */
  readonly onError: (error: ErrorMessage) => void;
}

/** Folded in before others have a turn: a few ms, and ten times that on a TV. */
const ROWS_PER_TURN_MAX = 500;

/** Of the answer to a hello, or of a pull. */
type Page = Pick<Changes, 'ops' | 'resync' | 'restored' | 'more' | 'cursor'>;

/** Each five minutes: live changes come out of order by seconds, and the service tells none that is a minute old. */
const BEATS_PER_COLLECTION = 10;
/** Each is a record to delete, one by one where the storage has no transactions. */
const COLLECTED_MAX = 2_000;

/** Messages of an open socket: what the service tells goes into the replica, what waits goes out. */
export class Session {
  readonly pump: Pump;
  readonly commands: SentCommands;
  readonly #deps: SessionDeps;
  /** Of a pull of the whole state that is under way: what to do with what was there before. [SDK8] */
  #resync: 'first' | 'again' | 'replacing' | undefined;
  /** The database may have lost what it had acknowledged. [CUR6] */
  #isRestored = false;
  /**
   * What was committed since the last pull ended. A whole state that is being read, or was when the answer
   * came, may be of a moment before it. In a resync that replaces something, what its pages told as well.
   */
  #learned = new Acknowledged();
  /** More pages follow. */
  #isPaging = false;
  /** Those of the last collection, or of the welcome. */
  #tombstones: readonly ORSetEntry[] = [];
  #rowsOfTurn = 0;
  /** What came while the user's replica was on its way in, or others had their turn. */
  #held: DownMessage[] | undefined;
  #isGreeting = false;
  /** Whom the welcome named, once the replica is theirs. */
  #userId: string | undefined;
  #cancelHeartbeat: () => void = () => undefined;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.pump = new Pump({ ...deps, onAcknowledged: (ops) => this.#learn(ops) });
    this.commands = new SentCommands(deps.environment);
  }

  hello(token: string, device: HelloDevice): void {
    this.#isGreeting = true;
    const { cursor } = this.#deps.store.replica.meta;
    this.#deps.send(
      JSON.stringify({
        type: 'hello',
        protocol: PROTOCOL_VERSION,
        token,
        device,
        ...(cursor !== undefined && { cursor }),
      }),
    );
  }

  /** The socket is gone, or is to be given up. */
  close(): void {
    this.#isGreeting = false;
    this.#userId = undefined;
    this.#held = undefined;
    this.#resync = undefined;
    this.#rowsOfTurn = 0;
    this.#learned = new Acknowledged();
    this.#cancelHeartbeat();
    this.pump.close();
    this.commands.close();
  }

  /** What is new in the protocol is passed over. */
  receive(message: DownMessage): void {
    if (this.#held !== undefined) this.#held.push(message);
    else if (message.type === 'welcome') this.#onWelcome(message);
    else if (message.type === 'error') this.#onError(message);
    else if (this.#userId === undefined) return;
    else if (message.type === 'changes') this.#onChanges(message);
    else if (message.type === 'ack') this.pump.onAck(message);
    else if (message.type === 'presence') this.#deps.onPresence(message);
    else if (message.type === 'command') this.#deps.onCommand(message);
    else if (message.type === 'commandResult') this.commands.onResult(message);
  }

  #onWelcome(welcome: Welcome): void {
    const { userId, serverTime, resync } = welcome;
    const switched = this.#deps.onUser(userId);
    if (switched !== undefined) {
      // The cursor of another replica: only a whole state is good for this one.
      if (resync) void this.#hold([welcome], switched);
      else this.#deps.onLost();
      return;
    }
    this.#userId = userId;
    const { store } = this.#deps;
    noticeClockJump(store);
    store.clock.measure(serverTime);
    void store.commit({
      put: store.clock.restamp(store.replica.entries(), ({ state }) => state === 'unsent'),
      meta: { serverTimeMs: serverTime, lastSent: store.clock.lastSent },
    });
    // Whoever heard of it may have closed everything, now and below.
    if (this.#userId !== undefined) this.#onPage({ ...welcome, ops: welcome.changes });
  }

  /** These, and what comes meanwhile, wait. */
  async #hold(held: DownMessage[], until: Promise<void>): Promise<void> {
    this.#held = held;
    await until;
    if (this.#held !== held) return;
    this.#held = undefined;
    this.#deps.onProgress();
    try {
      for (const message of held) this.receive(message);
    } catch {
      // As where it is read at once: a new connection reads it anew.
      this.#deps.onLost();
    }
  }

  #onChanges(changes: Changes): void {
    if (changes.more !== undefined) {
      this.#onPage(changes);
      return;
    }
    const fold = toOps(changes.ops);
    this.#learn(fold);
    void this.#deps.store.commit({ fold });
  }

  #learn(ops: readonly Op[]): void {
    // A database that lost its end may have lost these as well. [CUR6]
    if (this.#resync !== undefined && this.#isRestored) return;
    for (const op of ops) this.#learned.fold(op);
  }

  /**
   * A tombstone keeps out an add that arrives after it, and one of the outbox that was sent before it came. One that was
   * there at the last collection, and of whose content nothing waits, has nothing left to keep out: a device does not grow
   * with every remove. [SDK8]
   */
  #collect(): void {
    // Pages may be of a moment before a removal, and live adds of before it may wait behind them.
    if (this.#isPaging) return;
    const { store } = this.#deps;
    const waiting = new Set(store.replica.pendingKeysOf('watchlist'));
    const collect = this.#tombstones
      .filter(({ contentId }) => !waiting.has(contentId))
      .map(({ tag }) => tag)
      .slice(0, COLLECTED_MAX);
    for (const tag of collect) this.#learned.set.collect(tag);
    if (collect.length > 0) void store.commit({ collect });
    this.#tombstones = store.replica.acknowledged.tombstones();
  }

  /** A large page is many: others have a turn after each so many rows. [SDK1] */
  #onPage(page: Page): void {
    const { cursor: _, ...rest } = page;
    const { ops, more = false } = rest;
    const room = ROWS_PER_TURN_MAX - this.#rowsOfTurn;
    const isWhole = ops.length <= room;
    this.#rowsOfTurn += isWhole ? ops.length : room;
    this.#takeIn(isWhole ? page : { ...rest, ops: ops.slice(0, room), more: true });
    if (isWhole && !more) this.#rowsOfTurn = 0;
    // Whoever heard of it may have closed everything.
    if (this.#userId === undefined || this.#rowsOfTurn < ROWS_PER_TURN_MAX) return;
    this.#rowsOfTurn = 0;
    void this.#hold(
      isWhole ? [] : [{ ...page, type: 'changes', ops: ops.slice(room), more }],
      new Promise((resolve) => this.#deps.environment.nextTurn(resolve)),
    );
  }

  /**
   * What a page tells shows at once. Only a whole state keeps to what it was until its last page has come: a page of
   * another takes nothing away yet. [SDK8]
   */
  #takeIn({ ops, resync, restored, more = false, cursor }: Page): void {
    const { store } = this.#deps;
    this.#isPaging = more;
    const fold = toOps(ops);
    if (resync !== true) this.#resync = undefined;
    else if (this.#resync === undefined) {
      const { acknowledged, meta } = store.replica;
      const wasWhole = meta.cursor !== undefined;
      this.#resync = acknowledged.isEmpty ? 'first' : wasWhole ? 'replacing' : 'again';
      this.#isRestored = restored === true;
      if (this.#isRestored) this.#learned = new Acknowledged();
    }
    const isReplacing = this.#resync === 'replacing' || this.#resync === 'again';
    if (isReplacing) {
      for (const op of fold) {
        this.#learned.fold(op);
        store.clock.receive(op.timestamp);
      }
    }
    const meta = cursor === undefined || (resync && more) ? undefined : { meta: { cursor } };
    if (this.#resync !== 'replacing' && (fold.length > 0 || meta !== undefined)) {
      void store.commit({ fold, ...(!isReplacing && meta) });
    }
    if (isReplacing && !more) void store.commit({ ...this.#replacing(), ...meta });
    if (more) return;
    this.#resync = undefined;
    this.#learned = new Acknowledged();
    if (!this.#isGreeting) return;
    this.#isGreeting = false;
    this.#tombstones = store.replica.acknowledged.tombstones();
    this.#deps.onWelcomed();
    if (this.#userId === undefined) return;
    this.pump.open(this.#userId);
    this.#beat(1);
  }

  /**
   * What was learned of the same database since the last pull may be later than the pages. What was learned of one that
   * lost its end is nowhere else: it goes out again, and the service's floors decide. [CUR4] [CUR6]
   */
  #replacing(): ReplicaChange {
    const replace = this.#learned;
    if (!this.#isRestored) return { replace };
    const { store, deviceId } = this.#deps;
    const there = new Acknowledged();
    for (const op of replace.ops()) there.fold(op);
    const lost = store.replica.acknowledged.ops().filter((op) => there.fold(op));
    return { replace, put: lost.map((op) => entryToRepeat(store, { ...op, deviceId })) };
  }

  #onError(error: ErrorMessage): void {
    const { id, code } = error;
    if (id !== undefined && (this.pump.onError(error) || this.commands.onError(id, code))) return;
    // Whatever it was, the service does not know it: the next hello goes without.
    if (code === 'invalid_cursor') void this.#deps.store.commit({ meta: { cursor: undefined } });
    this.#deps.onError(error);
  }

  #beat(count: number): void {
    this.#cancelHeartbeat = this.#deps.environment.setTimer(() => {
      // A clock that jumped is measured anew before anything is stamped by it.
      if (noticeClockJump(this.#deps.store)) {
        this.#deps.onLost();
        return;
      }
      this.#deps.send('{"type":"heartbeat"}');
      // Nobody answers a heartbeat, and a network that lost the connection may never say so. [SDK5]
      this.pump.probe();
      if (count % BEATS_PER_COLLECTION === 0) this.#collect();
      this.#beat(count + 1);
    }, HEARTBEAT_INTERVAL_MS);
  }
}

/** Kinds of ops that are new in the protocol are passed over. @throws for what is none. */
function toOps(wire: readonly WireOp[]): Op[] {
  return wire.filter(({ kind }) => OP_KINDS.includes(kind)).map(toOp);
}

function toOp(wire: WireOp): Op {
  const op = wireToOp(wire, wire.deviceId ?? '');
  if (typeof keyOf(op) !== 'string') throw new TypeError('an op is about something');
  return op;
}
