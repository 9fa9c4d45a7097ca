import type { Op } from '@cuepoint/core';
import { ClientError } from './client-error.ts';
import { Connection } from './connection/connection.ts';
import type { ConnectionState } from './connection/connection-machine.ts';
import { answerOf, firstToken, type TokenAnswer } from './connection/first-token.ts';
import { Session } from './connection/session.ts';
import { readClaims } from './connection/token.ts';
import { RETRY } from './connection/verdict.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { defaultStorage, groupOf, helloDevice, platformSocket } from './defaults.ts';
import { doors } from './door.ts';
import { CommandHandlers } from './devices/commands.ts';
import { DeviceList } from './devices/device-list.ts';
import { createDevices, type Devices } from './devices/devices.ts';
import { createDurability } from './durability.ts';
import { platformEnvironment, type ClientEnvironment } from './environment.ts';
import { Identity } from './identity.ts';
import { inTime } from './in-time.ts';
import { Link } from './link.ts';
import type { WatchStateOptions } from './options.ts';
import type { OutboxEntry } from './outbox/outbox-entry.ts';
import { recordOps, type GivenOp } from './outbox/record-op.ts';
import { createProgress, type Progress } from './progress.ts';
import type { Place } from './place.ts';
import { loadReplica } from './replica/load-replica.ts';
import { ReplicaStore } from './replica/replica-store.ts';
import { withDeadline } from './storage/with-deadline.ts';
import { sendWhatIsLeft } from './send-what-is-left.ts';
import { createStatus, type Status } from './status.ts';
import type { Wipe } from './tabs/tab-messages.ts';
import { createWatchlist, type Watchlist } from './watchlist.ts';

/** A state is open by then, whatever storage, locks, channels and tokens do; what comes later is taken in. [ENG8] */
const OPEN_WITHIN_MS = 1_900;
const OPEN_STORE_MIN_MS = 200;
/** A connection does not wait longer for a storage that hangs. */
const CLAIM_TIMEOUT_MS = 1_000;

/** The watch state of one person on one device. */
export interface WatchState {
  readonly watchlist: Watchlist;
  readonly progress: Progress;
  readonly devices: Devices;
  readonly status: Status;
  readonly deadLetters: DeadLetters;
  /**
   * Resolves once every change made so far survives the end of this app. [SDK2]
   * @throws ClientError `storage_failed` where this device cannot store
   */
  whenStored(): Promise<void>;
  /**
   * Resolves once the service has committed every change made so far; waits for a network as long as it takes.
   * @throws ClientError `dead_letter` when it refused one, `closed` when the state was closed before
   */
  whenDurable(): Promise<void>;
  /** Connects now: after the app has done what `haltedBy` asked for, say. */
  reconnect(): void;
  /** For tools that show how it works; a copy of a moment. */
  inspect(): WatchStateInspection;
  /** Leaves the service and ends; what waits stays on this device for the next start. */
  close(): Promise<void>;
  /**
   * Ends in every tab of this user, and forgets who used the device. What the service has not acknowledged waits for
   * their next sign-in, or with `wipe` is deleted together with everything else of theirs on this device. `device` deletes
   * what is of anybody, and ends every tab: look at `waitingOnDevice` before. [SDK9]
   *
   * @throws ClientError `storage_failed` where this device could not delete it
   */
  signOut(options: { readonly wipe: Wipe }): Promise<void>;
  /** What is not acknowledged, of everybody who used this service on this device. */
  waitingOnDevice(): Promise<readonly WaitingOnDevice[]>;
}

export interface WaitingOnDevice {
  /** `undefined`: written before anybody was named. */
  readonly userId: string | undefined;
  /** Changes, dead letters included: a wipe of the device loses them. */
  readonly changes: number;
}

export interface WatchStateInspection {
  readonly outbox: readonly OutboxEntry[];
  readonly cursor: string | undefined;
  /** What the service has told, tombstones included, before the outbox is folded over it. */
  readonly acknowledged: readonly Op[];
  readonly connection: ConnectionState;
  /** This tab is the one that connects. */
  readonly isLeader: boolean;
}

/**
 * Opens what this device knows of the person, at once and without a network, and keeps it the same as on
 * every other screen from then on.
 *
 * @throws CuepointError `invalid_device_id`
 */
export async function createWatchState(options: WatchStateOptions): Promise<WatchState> {
  const environment: ClientEnvironment = { ...platformEnvironment(), ...options.environment };
  const openedAtMs = environment.monotonic();
  const storage = withDeadline(options.storage ?? defaultStorage(), environment);
  const service = options.url.replace(/\/+$/, '');
  const group = groupOf(options, environment);
  const [identity, { getToken, answer, whenAnswered }] = await Promise.all([
    Identity.open({ storage, environment, group, service, deviceId: options.device.deviceId }),
    firstToken(options.getToken, environment),
  ]);
  const nobody = identity.placeOfNobody({ showsLast: false });
  const store = await ReplicaStore.open(
    {
      storage,
      environment,
      nobody,
      get deviceId() {
        return identity.deviceId;
      },
    },
    placeOf(answer) ?? nobody,
    Math.max(OPEN_WITHIN_MS - (environment.monotonic() - openedAtMs), OPEN_STORE_MIN_MS),
  );
  const handlers = new CommandHandlers();
  const deviceList = new DeviceList();
  let currentSubject = subjectOf(answer);
  let hadToken = answer.kind === 'token';
  let lastToken = answer.kind === 'token' ? answer.token : undefined;
  let ending: Promise<void> | undefined;

  /** Whose state to show; `undefined` while nobody has said. [ENG6] */
  function placeOf(of: TokenAnswer): Place | undefined {
    if (of.kind === 'failed') return identity.placeOfNobody({ showsLast: true });
    const subject = subjectOf(of);
    return subject === undefined ? undefined : identity.placeOf(subject);
  }

  async function switchTo(next: Place, adopt = false): Promise<void> {
    deviceList.clear();
    link.update({ devices: [] });
    await store.switchTo(next, { adopt });
    void store.takeLeft();
  }

  /** A token came, or none is to be had: the state is its subject's from now on. [SDK9] */
  async function follow(of: TokenAnswer): Promise<void> {
    hadToken ||= of.kind === 'token';
    await switching;
    const next = placeOf(of);
    if (next === undefined || ending !== undefined) return;
    if (of.kind === 'failed') {
      // This run's user is known, or the token says so later, or somebody is shown already.
      if (!store.place.isNobodys || hadToken || next.below === undefined) return;
      if (store.place.below === undefined) await store.switchTo(next, { adopt: false });
      return;
    }
    const subject = subjectOf(of);
    // A device that read late which user its subject is: what it wrote meanwhile is theirs.
    const adopt = subject === currentSubject && store.isLeading;
    currentSubject = subject;
    if (next.namespace === store.namespace) return;
    await switchTo(next, adopt);
    link.update({ userId: undefined });
  }

  /** The device has another id than it had. [ENG3] */
  function renamed(): void {
    store.claim();
    deviceList.clear();
    link.update({ devices: [] });
  }

  const session = new Session({
    store,
    get deviceId() {
      return identity.deviceId;
    },
    environment,
    send: (text) => connection.send(text),
    onLost: () => connection.tell({ name: 'lost' }),
    onProgress: () => connection.progress(),
    onWelcomed() {
      connection.tell({ name: 'welcomed' });
      link.update({ clockOffsetMs: store.clock.offsetMs, lastError: undefined });
    },
    onUser(userId) {
      const wanted = identity.placeOfUser(userId);
      const remembered = identity.rememberUser(currentSubject, userId);
      const isSame = store.namespace === wanted.namespace;
      const adopt = store.place.userId === undefined;
      switching = remembered.then(() => (isSame ? undefined : switchTo(wanted, adopt)));
      link.update({ userId });
      return isSame ? undefined : switching;
    },
    onPresence(presence) {
      deviceList.receive(presence, identity.deviceId);
      link.update({ devices: deviceList.values() });
    },
    onCommand: (command) => void link.receiveCommand(command),
    onError({ code }) {
      link.update({ lastError: code });
      if (code === 'invalid_cursor') {
        connection.expectClose(RETRY);
      }
    },
  });
  /** A replica that is on its way in: nobody connects before it is there. */
  let switching: Promise<void> = Promise.resolve();

  const connection = new Connection({
    url: service,
    createSocket: options.createSocket ?? platformSocket(),
    environment,
    async getToken() {
      try {
        const token = await getToken();
        lastToken = token ?? undefined;
        return token;
      } catch (error) {
        link.update({ lastError: 'token_failed' });
        void follow({ kind: 'failed' });
        throw error;
      }
    },
    get device() {
      return helloDevice(options.device, identity.deviceId);
    },
    session,
    serviceNowMs: () => store.clock.nowMs(),
    onToken: (token) => follow({ kind: 'token', token }),
    async beforeHello() {
      const isOther = await inTime(identity.claim(), CLAIM_TIMEOUT_MS, environment);
      if (isOther === true) renamed();
    },
    confirmLead: () => link.confirmLead(),
    async onReplaced() {
      const hasParted = await identity.part();
      if (hasParted) {
        renamed();
        link.tellParted();
      }
      return hasParted;
    },
    onState(state) {
      link.update({ connection: state });
      if (state.name !== 'halted') return;
      if (state.code === 'device_revoked') void identity.forgetDevice();
      if (state.code === 'user_erased') void store.wipe();
    },
  });

  const link = new Link({
    group,
    // A storage has one device id: these are the tabs that share an outbox. [SDK6]
    name: `${service}|${identity.installationId}`,
    store,
    connection,
    session,
    handlers,
    environment,
    onSignedOut(wipe, { namespace, subject }) {
      const isOurs =
        namespace === store.namespace || (subject !== undefined && subject === currentSubject);
      // What it could not delete, the tab that was asked to has said.
      if (isOurs || wipe === 'device') void signOut(wipe).catch(() => undefined);
    },
    onParted: () => void identity.follow().then((isOther) => isOther && renamed()),
    onWake: () => void endIfWiped(),
    async onNamespace(next) {
      // Its own token decides.
      const own = await answerOf(options.getToken);
      if (own.kind === 'failed') return undefined;
      await identity.refresh();
      // An opaque one does not say: the tabs of an origin are one person's then.
      if (claimsOf(own) !== undefined && subjectOf(own) === undefined)
        await store.switchTo(identity.placeAt(next), { adopt: false });
      else await follow(own);
      return store.namespace === next;
    },
  });

  const endLeaving = sendWhatIsLeft({
    store,
    environment,
    service,
    get deviceId() {
      return identity.deviceId;
    },
    token: tokenOfUser,
  });

  async function end(): Promise<void> {
    link.stop();
    endLeaving();
    durability.close();
    await switching;
    await store.settle();
    store.close();
  }

  function close(): Promise<void> {
    ending ??= end();
    return ending;
  }

  async function signOut(wipe: Wipe): Promise<void> {
    if (wipe === true) await store.forgetNobodys();
    await close();
    const { place } = store;
    await identity.forgetUser(place);
    try {
      if (wipe === 'device') await identity.wipeDevice();
      else if (wipe && !place.isNobodys) {
        for (const namespace of await identity.wipeUser(place)) await storage.clear(namespace);
      }
    } catch (error) {
      throw new ClientError('storage_failed', 'This device could not delete everything.', error);
    }
  }

  /** Another tab deleted this user's state while this one could not hear: it must not write it back. [SDK9] */
  async function endIfWiped(): Promise<void> {
    await identity.refresh();
    if (ending === undefined && identity.wasWiped(store.place)) {
      // What it cannot delete here, the next look finds.
      await signOut(true).catch(() => undefined);
    }
  }

  function write(...ops: readonly GivenOp[]): void {
    if (ending !== undefined) throw new ClientError('closed', 'This watch state was closed.');
    void recordOps(store, identity.deviceId, ops);
  }

  /** The last one, where it is surely of the user whose state this is. [ENG6] */
  function tokenOfUser(): string | undefined {
    const subject = readClaims(lastToken ?? '')?.subject;
    const { userId } = store.place;
    if (subject === undefined || userId === undefined) return undefined;
    return identity.placeOf(subject).userId === userId ? lastToken : undefined;
  }

  const durability = createDurability(store);
  const writable = { store, write };
  const progress = createProgress({
    ...writable,
    uuid: environment.uuid,
    monotonic: environment.monotonic,
    get deviceId() {
      return identity.deviceId;
    },
  });
  const state: WatchState = {
    watchlist: createWatchlist(writable, environment.uuid),
    progress,
    devices: createDevices({
      link,
      progress,
      handlers,
      get deviceId() {
        return identity.deviceId;
      },
    }),
    status: createStatus(store, link),
    deadLetters: createDeadLetters({ ...writable, uuid: environment.uuid }),
    async whenStored() {
      await store.settle();
      if (store.hasStorageFailed) {
        throw new ClientError('storage_failed', 'This device cannot store changes.');
      }
    },
    whenDurable: () => durability.whenDurable(),
    reconnect: () => link.reconnect(),
    inspect: () => ({
      outbox: [...store.replica.entries()],
      cursor: store.replica.meta.cursor,
      acknowledged: store.replica.acknowledged.ops(),
      connection: link.state.connection,
      isLeader: link.isLeader,
    }),
    close,
    signOut({ wipe }) {
      link.tellSignedOut(wipe, currentSubject);
      return signOut(wipe);
    },
    async waitingOnDevice() {
      await store.settle();
      await identity.refresh();
      const waiting = identity.places().map(async (place) => {
        const { deviceId } = identity;
        const replica = await loadReplica({ storage, environment, deviceId }, place);
        return { userId: place.userId, changes: replica?.entries().length ?? 0 };
      });
      return (await Promise.all(waiting)).filter(({ changes }) => changes > 0);
    },
  };
  link.onChanged(() => {
    const { connection: now } = link.state;
    if (now.name === 'halted' && now.code === 'user_erased') {
      durability.failAll('This user was erased.');
    }
  });
  doors.set(state, { ...writable, environment, service, token: tokenOfUser });
  link.start();
  // Tabs that do not hear of each other and share a storage: each looks after what it wrote.
  if (group.isAlone && options.storage === undefined) store.onCommitted(() => void endIfWiped());
  if (answer.kind === 'late') void whenAnswered.then(follow);
  return state;
}

function claimsOf(of: TokenAnswer) {
  return of.kind === 'token' ? readClaims(of.token) : undefined;
}

function subjectOf(of: TokenAnswer): string | undefined {
  return claimsOf(of)?.subject;
}
