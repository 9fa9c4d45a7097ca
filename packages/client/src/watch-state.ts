import type { Op } from '@cuepoint/core';
import { ClientError } from './client-error.ts';
import { Connection } from './connection/connection.ts';
import type { ConnectionState } from './connection/connection-machine.ts';
import { firstToken } from './connection/first-token.ts';
import { Session } from './connection/session.ts';
import { readClaims } from './connection/token.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { defaultStorage, groupOf, helloDevice, platformSocket } from './defaults.ts';
import { CommandHandlers } from './devices/commands.ts';
import { DeviceList } from './devices/device-list.ts';
import { createDevices, type Devices } from './devices/devices.ts';
import { createDurability } from './durability.ts';
import { platformEnvironment, type ClientEnvironment } from './environment.ts';
import { Identity } from './identity.ts';
import { Link } from './link.ts';
import type { WatchStateOptions } from './options.ts';
import type { OutboxEntry } from './outbox/outbox-entry.ts';
import { recordOp, type UnstampedOp } from './outbox/record-op.ts';
import { createProgress, type Progress } from './progress.ts';
import { ReplicaStore } from './replica/replica-store.ts';
import { withDeadline } from './storage/with-deadline.ts';
import { createStatus, type Status } from './status.ts';
import { createWatchlist, type Watchlist } from './watchlist.ts';

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
   * Ends in every tab, and forgets who used the device. What the service has not acknowledged waits for this user's next
   * sign-in, or with `wipe` is deleted together with everything else of the service on this device. [SDK9]
   *
   * @throws ClientError `storage_failed` where this device could not delete it
   */
  signOut(options: { readonly wipe: boolean }): Promise<void>;
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
  const storage = withDeadline(options.storage ?? defaultStorage(), environment);
  const service = options.url.replace(/\/+$/, '');
  const group = groupOf(options);
  const identity = await Identity.open({
    storage,
    environment,
    group,
    service,
    deviceId: options.device.deviceId,
  });
  const { deviceId } = identity;
  const { getToken, subject } = await firstToken(options.getToken, environment);
  const namespace = identity.namespaceOf(subject);
  const store = await ReplicaStore.open({ storage, environment, deviceId }, namespace);
  const handlers = new CommandHandlers();
  const deviceList = new DeviceList();
  let currentSubject = subject;
  let ending: Promise<void> | undefined;

  async function switchTo(next: string, adopt: boolean): Promise<void> {
    deviceList.clear();
    link.update({ devices: [] });
    await store.switchTo(next, { adopt });
  }

  const session = new Session({
    store,
    deviceId,
    environment,
    send: (text) => connection.send(text),
    onLost: () => connection.tell({ name: 'lost' }),
    onWelcomed() {
      connection.tell({ name: 'welcomed' });
      link.update({ clockOffsetMs: store.clock.offsetMs, lastError: undefined });
    },
    onUser(userId) {
      const wanted = identity.namespaceOfUser(userId);
      const remembered = identity.rememberUser(currentSubject, userId);
      const isSame = store.namespace === wanted;
      const adopt = identity.isProvisional(store.namespace);
      switching = remembered.then(() => (isSame ? undefined : switchTo(wanted, adopt)));
      link.update({ userId });
      return isSame ? undefined : switching;
    },
    onPresence(presence) {
      deviceList.receive(presence, deviceId);
      link.update({ devices: deviceList.values() });
    },
    onCommand: (command) => void link.receiveCommand(command),
    onError({ code }) {
      link.update({ lastError: code });
      if (code === 'invalid_cursor') {
        connection.expectClose({ kind: 'retry', notBeforeMs: 0, isJittered: true });
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
        return await getToken();
      } catch (error) {
        link.update({ lastError: 'token_failed' });
        throw error;
      }
    },
    device: helloDevice(options.device, deviceId),
    session,
    serviceNowMs: () => store.clock.nowMs(),
    async onToken(claims) {
      await switching;
      currentSubject = claims.subject;
      if (claims.subject === undefined || ending !== undefined) return;
      const next = identity.namespaceOf(claims.subject);
      if (next === store.namespace) return;
      // What was written while nobody knew who it was is this user's; what another user wrote is not.
      const adopt = store.namespace === identity.namespaceOfNobody;
      await switchTo(next, adopt);
      link.update({ userId: undefined });
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
    name: `${service}|${deviceId}`,
    store,
    connection,
    session,
    handlers,
    environment,
    onSignedOut: ({ wipe }) => void signOut(wipe).catch(() => undefined),
    async onNamespace(next) {
      if (!(await isOurs(next))) return false;
      await store.switchTo(next, { adopt: false });
      return true;
    },
  });

  /** Whether the user of another tab is that of this one: its own token decides. [SDK9] */
  async function isOurs(next: string): Promise<boolean> {
    const token = await Promise.resolve()
      .then(options.getToken)
      .catch(() => undefined);
    if (token == null || token === '') return identity.isProvisional(store.namespace);
    const { subject: own } = readClaims(token);
    await identity.refresh();
    return own === undefined || identity.namespaceOf(own) === next;
  }

  async function end(): Promise<void> {
    link.stop();
    durability.close();
    await switching;
    await store.settle();
    store.close();
  }

  function close(): Promise<void> {
    ending ??= end();
    return ending;
  }

  async function signOut(wipe: boolean): Promise<void> {
    await close();
    await identity.forgetUser();
    // Whoever comes next is nobody yet, and takes on what waits there.
    const left = store.namespace === identity.namespaceOfNobody;
    try {
      if (wipe) await storage.clear(identity.prefix);
      else if (!left) await storage.clear(identity.namespaceOfNobody);
    } catch (error) {
      throw new ClientError('storage_failed', 'This device could not delete everything.', error);
    }
  }

  function write(op: UnstampedOp): void {
    if (ending !== undefined) throw new ClientError('closed', 'This watch state was closed.');
    void recordOp(store, deviceId, op);
  }

  const durability = createDurability(store);
  const writable = { store, write };
  const progress = createProgress(writable);
  const state: WatchState = {
    watchlist: createWatchlist(writable, environment.uuid),
    progress,
    devices: createDevices({ link, progress, handlers, deviceId }),
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
      link.tellSignedOut({ wipe });
      return signOut(wipe);
    },
  };
  link.onChanged(() => {
    const { connection: now } = link.state;
    if (now.name === 'halted' && now.code === 'user_erased') {
      durability.failAll('This user was erased.');
    }
  });
  link.start();
  return state;
}
