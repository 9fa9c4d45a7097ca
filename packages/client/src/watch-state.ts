import type { HelloDevice, Op } from '@cuepoint/core';
import { ClientError } from './client-error.ts';
import { Connection, type GetToken } from './connection/connection.ts';
import type { ConnectionState } from './connection/connection-machine.ts';
import { Session } from './connection/session.ts';
import { readClaims } from './connection/token.ts';
import type { CreateSocket } from './connection/web-socket.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { CommandHandlers } from './devices/commands.ts';
import { DeviceList } from './devices/device-list.ts';
import { createDevices, type Devices } from './devices/devices.ts';
import { createDurability } from './durability.ts';
import { platformEnvironment, type ClientEnvironment } from './environment.ts';
import { Identity } from './identity.ts';
import { Link } from './link.ts';
import type { ClientDevice, WatchStateOptions } from './options.ts';
import type { OutboxEntry } from './outbox/outbox-entry.ts';
import { recordOp, type UnstampedOp } from './outbox/record-op.ts';
import { createProgress, type Progress } from './progress.ts';
import { ReplicaStore } from './replica/replica-store.ts';
import { createStatus, type Status } from './status.ts';
import { indexedDbStorage } from './storage/indexed-db-storage.ts';
import { memoryStorage } from './storage/memory-storage.ts';
import { browserTabs } from './tabs/browser-tabs.ts';
import { aloneGroup, type TabGroup } from './tabs/tab-group.ts';
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

/** How long the start waits for a token, to know whose state to open; without one it opens the last user's. */
const FIRST_TOKEN_TIMEOUT_MS = 1_000;

/**
 * Opens what this device knows of the person, at once and without a network, and keeps it the same as on
 * every other screen from then on.
 *
 * @throws CuepointError `invalid_device_id`
 */
export async function createWatchState(options: WatchStateOptions): Promise<WatchState> {
  const environment: ClientEnvironment = { ...platformEnvironment(), ...options.environment };
  const storage = options.storage ?? defaultStorage();
  const service = options.url.replace(/\/+$/, '');
  const { deviceId: wanted } = options.device;
  const identity = await Identity.open({ storage, environment, service, deviceId: wanted });
  const { getToken, subject } = await firstToken(options.getToken, environment);
  const namespace = identity.namespaceOf(subject);
  const store = await ReplicaStore.open({ storage, environment }, namespace);
  const handlers = new CommandHandlers();
  const deviceList = new DeviceList();
  const { deviceId } = identity;
  let isClosed = false;
  let currentSubject = subject;

  const session = new Session({
    store,
    environment,
    send: (text) => connection.send(text),
    onLost: () => connection.tell({ name: 'lost' }),
    onWelcomed() {
      connection.tell({ name: 'welcomed' });
      link.update({ clockOffsetMs: store.clock.offsetMs, lastError: undefined });
    },
    onUser(userId) {
      const wantedNamespace = identity.namespaceOfUser(userId);
      const remembered = identity.rememberUser(currentSubject, userId);
      link.update({ userId });
      if (store.namespace === wantedNamespace) return true;
      const adopt = identity.isProvisional(store.namespace);
      switching = remembered.then(() => store.switchTo(wantedNamespace, { adopt }));
      return false;
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
      if (claims.subject === undefined) return;
      const next = identity.namespaceOf(claims.subject);
      if (next === store.namespace) return;
      // What was written while nobody knew who it was is this user's; what another user wrote is not.
      const adopt =
        store.namespace === identity.namespaceOf(undefined) &&
        identity.isProvisional(store.namespace);
      await store.switchTo(next, { adopt });
      link.update({ userId: undefined, devices: [] });
    },
    onState(state) {
      link.update({ connection: state });
      if (state.name !== 'halted') return;
      if (state.code === 'device_revoked') void identity.forgetDevice();
      if (state.code === 'user_erased') void store.wipe();
    },
  });

  const group = groupOf(options);
  const link = new Link({
    group,
    // A storage has one device id: these are the tabs that share an outbox. [SDK6]
    name: `${service}|${deviceId}`,
    store,
    connection,
    session,
    handlers,
    environment,
    onSignedOut: () => void end(),
    onNamespace: (next) => void store.switchTo(next, { adopt: false }),
  });

  async function end(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    link.stop();
    durability.close();
    await store.settle();
  }

  function write(op: UnstampedOp): void {
    if (isClosed) throw new ClientError('closed', 'This watch state was closed.');
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
    close: end,
    async signOut({ wipe }) {
      link.tellSignedOut();
      await end();
      await identity.forgetUser();
      if (wipe) await storage.clear(identity.prefix);
    },
  };
  link.start();
  return state;
}

function defaultStorage() {
  return globalThis.indexedDB === undefined ? memoryStorage() : indexedDbStorage();
}

function groupOf({ tabs, storage }: WatchStateOptions): TabGroup {
  if (typeof tabs === 'object') return tabs;
  // Tabs that share no storage cannot share an outbox.
  const isShared = tabs === 'shared' || (tabs === undefined && storage === undefined);
  return isShared ? browserTabs() : aloneGroup();
}

function platformSocket(): CreateSocket {
  const { WebSocket } = globalThis;
  if (WebSocket === undefined) {
    throw new TypeError('This platform has no WebSocket: pass createSocket to createWatchState.');
  }
  return (url) => new WebSocket(url);
}

function helloDevice(device: ClientDevice, deviceId: string): HelloDevice {
  const { deviceType, platform, appVersion, deviceName, capabilities } = device;
  return {
    deviceId,
    deviceType,
    platform,
    appVersion,
    ...(deviceName !== undefined && { deviceName }),
    ...(capabilities !== undefined && {
      capabilities: capabilities as NonNullable<HelloDevice['capabilities']>,
    }),
  };
}

/** Asks for a token for a moment; the first connection uses what comes of it. */
async function firstToken(
  getToken: GetToken,
  { setTimer }: ClientEnvironment,
): Promise<{ getToken: GetToken; subject: string | undefined }> {
  const asked = Promise.resolve().then(getToken);
  asked.catch(() => undefined);
  let cancel: () => void = () => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    cancel = setTimer(() => resolve(undefined), FIRST_TOKEN_TIMEOUT_MS);
  });
  const token = await Promise.race([asked.catch(() => undefined), timeout]);
  cancel();
  let isFirst = true;
  return {
    subject: token == null ? undefined : readClaims(token).subject,
    getToken() {
      if (!isFirst) return getToken();
      isFirst = false;
      return asked;
    },
  };
}
